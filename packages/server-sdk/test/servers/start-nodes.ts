import { createLivePoll, type LivePoll, type LivePollOptions } from '@live-poll/server-sdk'
import type { SqlDialect } from '../../src/adapters/sql/sql-dialect.ts'
import { neverShed } from '../never-shed.ts'
import { createRecordingLogger, type RecordingLogger } from '../recording-logger.ts'
import { createPostgresDatabase } from './postgres.ts'
import { connectPostgres, type PostgresConnection, postgresDatabase } from './postgres-database.ts'
import type { SharedDatabase } from './shared-database.ts'

/** At least 32 bytes, the same for every node. */
export const nodeSecret = 'the secret that all nodes of the tests share'

/** Two nodes of one app, on one Postgres. */
export interface TwoNodes {
  readonly a: LivePoll
  readonly b: LivePoll
  /** Of both. */
  readonly logger: RecordingLogger
  readonly url: string
  /** The test's own way into the database. */
  readonly connection: PostgresConnection
  stop(): Promise<void>
}

/** A queue that no test fills: a vote is decided, or the test has waited for something else. */
const patientQueue = { queueSize: 1_000_000, queueWait: 600_000, shedding: neverShed } satisfies LivePollOptions

/** Starts two nodes on a new database. @param pollDialectOfA how node A locks and writes polls, for a fault to be shown */
export async function startTwoNodes(options: LivePollOptions = {}, pollDialectOfA?: SqlDialect): Promise<TwoNodes> {
  const database = await createPostgresDatabase()
  const connection = connectPostgres(database.url)
  const logger = createRecordingLogger()
  const start = (pollDialect?: SqlDialect) =>
    createLivePoll({
      ...{ ...patientQueue, database: postgresDatabase(database.url, { pollDialect }), secret: nodeSecret, logger },
      ...options,
    })
  const [a, b] = [start(pollDialectOfA), start()]
  await Promise.all([a.ready(), b.ready()])
  return {
    ...{ a, b, logger, connection, url: database.url },
    async stop() {
      await Promise.all([a.close(), b.close(), connection.close()])
      await database.drop()
    },
  }
}

/** Two nodes of one app on a database of any kind. */
export type NodesOnShared<S = SharedDatabase> = Pick<TwoNodes, 'a' | 'b' | 'logger' | 'stop'> & { readonly shared: S }

export async function startTwoNodesOn<S extends Pick<SharedDatabase, 'forNode' | 'drop'>>(
  makeShared: () => Promise<S>,
  options: LivePollOptions = {},
): Promise<NodesOnShared<S>> {
  const shared = await makeShared()
  const logger = createRecordingLogger()
  const start = () =>
    createLivePoll({ ...patientQueue, database: shared.forNode(), secret: nodeSecret, logger, ...options })
  const [a, b] = [start(), start()]
  await Promise.all([a.ready(), b.ready()])
  return {
    ...{ a, b, logger, shared },
    async stop() {
      await Promise.all([a.close(), b.close()])
      await shared.drop()
    },
  }
}

/** Casts a vote. @returns the revision, or the code of the refusal */
export async function castOn(
  node: Pick<LivePoll, 'api'>,
  vote: Parameters<LivePoll['api']['castVote']>[0],
): Promise<number | string> {
  try {
    return (await node.api.castVote(vote)).revision
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
}
