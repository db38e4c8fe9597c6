/**
 * A node in a process of its own, whose clock may be wrong. Its actions are called over IPC.
 *
 * node --import ./skew-clock.mjs --import tsx skewed-process.ts <database url> <secret> <admin key>
 */
import { createLivePoll, type LivePollApi } from '@live-poll/server-sdk'
import { postgresDatabase } from '../servers/postgres-database.ts'
import { serveNode } from '../servers/serve-node.ts'

export interface ActionCall {
  readonly id: number
  readonly action: keyof LivePollApi
  readonly args: readonly unknown[]
}

export type FromSkewedProcess =
  | { readonly type: 'ready'; readonly origin: string; readonly channelUrl: string; readonly now: number }
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown }
  /** A `PollError`, or what else went wrong. */
  | { readonly type: 'failed'; readonly id: number; readonly code: string }

const [url = '', secret = '', adminKey = ''] = process.argv.slice(2)
const tell = (message: FromSkewedProcess) => process.send?.(message)

const livePoll = createLivePoll({ database: postgresDatabase(url), secret, adminKey })
const actions = livePoll.api as unknown as Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>

process.on('message', ({ id, action, args }: ActionCall) => {
  actions[action]?.(...args).then(
    (value) => tell({ type: 'answer', id, value }),
    (error: { readonly code?: string }) => tell({ type: 'failed', id, code: error.code ?? String(error) }),
  )
})
process.on('disconnect', () => process.exit())

await livePoll.ready()
const { origin, channelUrl } = await serveNode(livePoll)
tell({ type: 'ready', origin, channelUrl, now: Date.now() })
