import { EnvError } from '../env/env-error.ts'
import type { Env } from '../env/read-env.ts'
import type { LivePoll } from '../index.ts'
import { type Listening, listenOnNode } from './listen.ts'
import { listenOnUws, loadUws } from './listen-on-uws.ts'
import { withPages } from './pages.ts'

export interface ServerParts {
  readonly livePoll: LivePoll
  readonly env: Env
  /** Whether `/` lists the polls that are not private. */
  readonly isListing: boolean
  /** It listens, and the database is open. */
  onReady(listening: Listening): Promise<void>
  /** SIGTERM. Takes no more, answers what it took, and closes Live Poll. */
  onTerm(): Promise<void>
}

/**
 * Serves until a signal comes: SIGTERM, or SIGINT, which closes at once. The second one ends the process.
 * With uWebSockets.js where the host has it, else with Node and `ws`.
 * @throws EnvError, or what stands in the way of a start
 */
export async function runServer({ livePoll, env, isListing, onReady, onTerm }: ServerParts): Promise<void> {
  const signals = listenToSignals()
  let listening: Listening | undefined
  try {
    listening = await listen(livePoll, withPages(livePoll, isListing), env)
    // A database that does not answer is waited for: meanwhile readiness says so.
    await Promise.race([livePoll.ready(), signals.first])
    if (!signals.isGiven()) await onReady(listening)
    const signal = await signals.first
    console.error('live-poll: stopping; what was voted is being counted.')
    if (signal === 'SIGTERM') await onTerm()
  } finally {
    const closing = livePoll.close().finally(() => listening?.close())
    await closing.finally(signals.ignore)
  }
}

async function listen(livePoll: LivePoll, site: LivePoll, env: Env): Promise<Listening> {
  const uws = loadUws()
  if (typeof uws !== 'string') return listenOnUws(uws, livePoll, site, env)
  if (env.channelPort !== undefined) {
    throw new EnvError('LIVE_POLL_CHANNEL_PORT', `is for uWebSockets.js, which cannot be loaded here: ${uws}`)
  }
  return listenOnNode(livePoll, site, env)
}

const stopping = ['SIGINT', 'SIGTERM'] as const

function listenToSignals() {
  let given: NodeJS.Signals | undefined
  let tell: (signal: NodeJS.Signals) => void
  const first = new Promise<NodeJS.Signals>((resolve) => {
    tell = resolve
  })
  function hear(signal: NodeJS.Signals) {
    if (given) process.exit(1)
    given = signal
    tell(signal)
  }
  for (const signal of stopping) process.on(signal, hear)
  return {
    first,
    isGiven: () => given !== undefined,
    ignore() {
      for (const signal of stopping) process.off(signal, hear)
    },
  }
}
