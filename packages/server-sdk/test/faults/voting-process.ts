/**
 * A server in a process of its own, to be killed. Talks to its parent over IPC: says `ready`, then answers `dump` with
 * every committed vote, read from the very database it serves.
 *
 * node --import tsx voting-process.ts <directory> <admin key> [--ack-before-commit]
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PGlite } from '@electric-sql/pglite'
import { createLivePoll, type Database } from '@live-poll/server-sdk'
import { embedded } from '@live-poll/server-sdk/embedded'
import { toNodeHandler } from '@live-poll/server-sdk/node'
import { attachChannel } from '@live-poll/server-sdk/ws'

/** `[vote id, choices as written, revision]` */
export type DumpedVote = readonly [voteId: string, choices: string | null, revision: number]

export type FromVotingProcess =
  | { readonly type: 'ready'; readonly port: number }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'dump'; readonly votes: readonly DumpedVote[] }

const [directory = '', adminKey = '', variant] = process.argv.slice(2)
const tell = (message: FromVotingProcess) => process.send?.(message)

// The server opens its database itself; this keeps hold of it.
let database: PGlite | undefined
const create = PGlite.create.bind(PGlite)
PGlite.create = (async (...args: Parameters<typeof create>) => {
  database = await create(...args)
  return database
}) as typeof PGlite.create

/** The mistake this whole library exists to avoid: it answers, and writes afterwards. */
function ackBeforeCommit(adapter: Database): Database {
  return {
    ...adapter,
    async open(logger) {
      const opened = await adapter.open(logger)
      return {
        ...opened,
        ballots: {
          ...opened.ballots,
          async commit(batch) {
            setTimeout(() => opened.ballots.commit(batch), 5)
            return batch.map(() => ({ kind: 'accepted', revision: 1, epoch: 1 }))
          },
        },
      }
    },
  }
}

const adapter = embedded({ directory })
const livePoll = createLivePoll({
  database: variant === '--ack-before-commit' ? ackBeforeCommit(adapter) : adapter,
  adminKey,
  queueWait: 600_000, // on a slow machine, too, every vote is decided
})
const server = createServer(toNodeHandler(livePoll))
attachChannel(server, livePoll)

process.on('message', async () => {
  const result = await database?.query<DumpedVote>('select vote_id, choices, revision from live_poll_votes', [], {
    rowMode: 'array',
  })
  tell({ type: 'dump', votes: result?.rows ?? [] })
})
process.on('disconnect', () => process.exit())

try {
  await livePoll.ready()
  server.listen(0, '127.0.0.1', () => tell({ type: 'ready', port: (server.address() as AddressInfo).port }))
} catch (error) {
  tell({ type: 'failed', message: String(error) })
  process.disconnect?.()
}
