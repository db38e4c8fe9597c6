/**
 * A node in a process of its own, on a database that fails. Votes are cast over IPC, many at once.
 *
 * node --import tsx database-node.ts <database> <url> <secret>
 */
import { inspect } from 'node:util'
import { createLivePoll, type LivePollApi } from '@live-poll/server-sdk'
import { databaseAdapters, type FaultyDatabase } from './database-adapters.ts'

export type CastInput = Parameters<LivePollApi['castVote']>[0]

/** A receipt, or the code of a refusal. */
export interface CastAnswer {
  readonly revision?: number
  readonly duplicate?: boolean
  readonly code?: string
}

export interface CastCall {
  readonly id: number
  readonly votes: readonly CastInput[]
}

export type FromDatabaseNode =
  | { readonly type: 'ready' }
  | { readonly type: 'error'; readonly text: string }
  | { readonly type: 'answers'; readonly id: number; readonly answers: readonly CastAnswer[] }

const [name = '', url = '', secret = ''] = process.argv.slice(2)
const tell = (message: FromDatabaseNode) => process.send?.(message)
/** A database that is killed is warned about all the time; an error is not expected, and passed on. */
const logger = {
  info() {},
  warn() {},
  error: (message: string, error: unknown) => tell({ type: 'error', text: `${message} ${inspect(error)}` }),
}
const database = databaseAdapters[name as FaultyDatabase](url)
const livePoll = createLivePoll({ database, secret, logger, queueWait: 600_000, queueSize: 1_000_000 })

function cast(vote: CastInput): Promise<CastAnswer> {
  return livePoll.api
    .castVote(vote)
    .catch((error: { readonly code?: string }) => ({ code: error.code ?? String(error) }))
}

process.on('message', async ({ id, votes }: CastCall) => {
  tell({ type: 'answers', id, answers: await Promise.all(votes.map(cast)) })
})
process.on('disconnect', () => process.exit())

await livePoll.ready()
tell({ type: 'ready' })
