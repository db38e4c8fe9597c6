import type { SqlFailure } from '../sql/sql-dialect.ts'
import { NoConnectionError } from '../sql/take-in-time.ts'
import { NoAnswerError } from './mysql-pool.ts'

/** Numbers of https://dev.mysql.com/doc/mysql-errors/8.0/en/server-error-reference.html and of MariaDB's own list. */
const failures: Readonly<Record<number, SqlFailure>> = {
  1205: 'again', // lock wait: only the statement was undone, the rollback that follows undoes the rest
  1213: 'again', // deadlock
  1180: 'again', // an error during COMMIT, which a cluster may end so
  3101: 'again', // the same (MySQL's group replication)
  1020: 'again', // the row has changed since it was read
  1317: 'again', // KILL QUERY
  1969: 'again', // max_statement_time (MariaDB)
  3024: 'again', // max_execution_time (MySQL)
  3572: 'again', // NOWAIT or SKIP LOCKED gave up
  1412: 'again', // the table has changed since the snapshot
  1615: 'again', // a prepared statement that the server has forgotten
  1243: 'again', // the same, behind a proxy
  1053: 'lost', // shutdown
  1152: 'lost',
  1158: 'lost', // read error, and 1159 its timeout
  1159: 'lost',
  1160: 'lost',
  1161: 'lost',
  1184: 'lost',
  1927: 'lost', // killed, or idle for too long
  4031: 'lost', // idle for too long
  1021: 'unable', // disk full
  1114: 'unable', // the table, or its disk, is full
  1030: 'unable', // the storage engine has an error, such as a full disk
  1026: 'unable', // error writing a file
  3: 'unable',
  1037: 'unable', // out of memory
  1038: 'unable',
  1041: 'unable',
  1040: 'unable', // too many connections
  1206: 'unable', // no room for more locks
  1637: 'unable', // too many transactions
  3032: 'unable', // offline
  1203: 'unable',
  1226: 'unable', // this user's share of something is used up
  1461: 'unable', // too many prepared statements
  1047: 'unable', // a node that has left its cluster (Galera)
  1290: 'unable', // read only
  1792: 'unable',
  1836: 'unable',
}

/** Judges what mysql2, its pool or the server has thrown. */
export function classifyMysqlError(error: unknown): SqlFailure {
  if (error instanceof NoConnectionError) return 'unable'
  if (error instanceof NoAnswerError) return 'lost'
  if (!(error instanceof Error)) return 'refused'
  const failure = failures[numberOf(error)]
  if (failure) return failure
  const isFatal = 'fatal' in error && error.fatal === true
  return isFatal || /^(E[A-Z]+|PROTOCOL_CONNECTION_LOST)$/.test(codeOf(error)) ? 'lost' : 'refused'
}

const schemaErrors: Readonly<Record<number, 'missing' | 'present'>> = {
  1146: 'missing', // no such table
  1049: 'missing', // no such database
  1050: 'present', // table
  1060: 'present', // column
  1061: 'present', // index
}

export function judgeMysqlSchemaError(error: unknown): 'missing' | 'present' | 'other' {
  return schemaErrors[numberOf(error)] ?? 'other'
}

function numberOf(error: unknown): number {
  return Number((error as { errno?: unknown } | undefined)?.errno ?? Number.NaN)
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | undefined)?.code ?? '')
}
