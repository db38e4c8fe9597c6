import type { SqlFailure } from '../sql/sql-dialect.ts'
import { NoConnectionError } from '../sql/take-in-time.ts'

/** Codes of https://www.postgresql.org/docs/current/errcodes-appendix.html, or the first two characters of a class. */
const failures: Readonly<Record<string, SqlFailure>> = {
  '40': 'again', // deadlock and serialization, but:
  '40003': 'lost', // completion unknown
  '55P03': 'again', // lock_timeout
  '57014': 'again', // statement_timeout
  '08': 'lost',
  '25P03': 'lost', // idle_in_transaction_session_timeout: it ends the session
  '25P04': 'lost', // transaction_timeout: the same
  '57P01': 'lost', // pg_terminate_backend, shutdown
  '57P02': 'lost', // another session has crashed
  '57P03': 'unable', // starting
  '57P05': 'lost', // idle_session_timeout
  '26000': 'again', // a prepared statement that a pooler has lost; the next is sent without a name
  '42P05': 'again',
  '25006': 'unable', // read only: a replica, or the full disk of a managed database
  '53': 'unable', // disk full, out of memory, too many connections
  '58': 'unable', // an error of the operating system
}

/** What `pg` and its pool say without a code when a connection ends. */
const lostConnection = /connection (terminated|ended|error)|not queryable|socket/i

/** What `pg` says when an answer does not come in time; the connection is as good as gone. */
const noAnswer = /^Query read timeout/

export function isUnanswered(error: unknown): boolean {
  return error instanceof Error && noAnswer.test(error.message)
}

/** The same, and codes of Node, where no statement has been sent. */
const noConnection = /timeout exceeded when trying to connect|connection timeout|after calling end on the pool/i
const noConnectionCodes = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENOENT'])

/** Of Node. EPIPE has five characters, too, but a code of Postgres has a digit. */
const nodeCode = /^E[A-Z_]+$/

/** Judges what `pg`, its pool or PGlite has thrown. */
export function classifyPostgresError(error: unknown): SqlFailure {
  if (error instanceof NoConnectionError) return 'unable'
  if (!(error instanceof Error)) return 'refused'
  const code = codeOf(error)
  if (noConnectionCodes.has(code) || noConnection.test(error.message)) return 'unable'
  if (nodeCode.test(code) || isUnanswered(error)) return 'lost'
  if (/^[\dA-Z]{5}$/.test(code)) return failures[code] ?? failures[code.slice(0, 2)] ?? 'refused'
  return lostConnection.test(error.message) ? 'lost' : 'refused'
}

/** No such table, no such schema. What is there already is the host's: a migration that is cut off leaves nothing. */
const missing = new Set(['42P01', '3F000'])

export function judgePostgresSchemaError(error: unknown): 'missing' | 'other' {
  return missing.has(codeOf(error)) ? 'missing' : 'other'
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | undefined)?.code ?? '')
}
