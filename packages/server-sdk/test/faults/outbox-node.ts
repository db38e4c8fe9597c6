/**
 * A node in a process of its own, whose sink is a file, to be killed in the middle of a delivery.
 *
 * node outbox-node.mjs <OutboxNodeStart as JSON>
 */
import { randomUUID } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import { createLivePoll } from '../../src/create-live-poll.ts'
import { armFailpoints, type Failpoint } from '../../src/ports/failpoints.ts'
import { databaseAdapters, type FaultyDatabase } from './database-adapters.ts'

export interface OutboxNodeStart {
  readonly database: FaultyDatabase
  readonly url: string
  readonly secret: string
  /** Takes an event a line. */
  readonly file: string
}

/** What it is told over IPC: where to kill itself, at the so-manyeth passing; or to have new voters vote. */
export type OutboxNodeOrder =
  | { readonly point: Failpoint; readonly passing: number }
  | { readonly pollId: string; readonly votes: number }

const start = JSON.parse(process.argv[2] ?? '') as OutboxNodeStart
let dieAt: { readonly point: Failpoint; readonly passing: number } | undefined
let passings = 0
armFailpoints((point) => {
  if (point !== dieAt?.point || ++passings < dieAt.passing) return
  process.kill(process.pid, 'SIGKILL') // it has effect before the next statement
})
const livePoll = createLivePoll({
  database: databaseAdapters[start.database](start.url),
  secret: start.secret,
  logger: { info() {}, warn() {}, error: console.error }, // it is warned of settings each time
  sinks: [
    {
      name: 'file',
      async deliver(events) {
        appendFileSync(start.file, events.map((event) => `${JSON.stringify(event)}\n`).join(''))
      },
    },
  ],
})

process.on('message', async (order: OutboxNodeOrder) => {
  if ('point' in order) {
    dieAt = order
    return
  }
  const { pollId, votes } = order
  const one = async (index: number) => {
    await livePoll.api.castVote({ pollId, voter: randomUUID(), choices: [1 + (index % 2)] })
    process.send?.('voted')
  }
  await Promise.all(Array.from({ length: votes }, (_, index) => one(index)))
})
process.on('disconnect', () => process.exit())
await livePoll.ready()
process.send?.('ready')
