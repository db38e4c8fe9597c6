import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Logger } from '../ports/logger.ts'
import { repeat } from '../upkeep/repeat.ts'

/** Of these sessions of the host's, those that have ended. */
export type EndedSessions = (sessions: readonly string[]) => readonly string[] | Promise<readonly string[]>

/** Which of the host's sessions still stand. A session without a name, '', is never found to have ended. */
export interface Sessions {
  /** Asks the host. @throws what the host throws */
  hasEnded(session: string): Promise<boolean>
  /** Says that a session has ended: its connections close at once, and it counts nowhere any more. */
  end(session: string): void
  /** Called with each session that turns out to have ended. */
  onEnd(listener: (session: string) => void): void
  /** Asks for all of these in one go, every two seconds. @returns stop */
  watch(open: () => readonly string[]): () => void
}

/** Milliseconds: a session's connections are closed within five seconds of its end. */
const round = { name: 'Question for ended sessions', pause: 2000, jitter: 0 }

/** Milliseconds that the host has to answer, until it is asked again: a question may get lost. */
const patience = 5000

/** Ended sessions that are remembered, besides what the host says. */
const capacity = 10_000

export function createSessions(ask: EndedSessions | undefined, logger: Logger): Sessions {
  const ended = new Set<string>()
  const listeners = new Set<(session: string) => void>()

  function end(session: string) {
    if (session === '') return
    ended.delete(session)
    ended.add(session)
    const oldest = ended.size > capacity ? ended.values().next().value : undefined
    if (oldest !== undefined) ended.delete(oldest)
    for (const listener of listeners) listener(session)
  }

  /** Asks about all sessions of one round of I/O together: after a restart, thousands come back at once. */
  let asking: { readonly sessions: Set<string>; readonly answer: Promise<ReadonlySet<string>> } | undefined
  function askTogether(session: string): Promise<ReadonlySet<string>> {
    if (!asking) {
      const sessions = new Set<string>()
      const answer = nextTurn().then(async () => {
        asking = undefined
        return new Set(await ask?.([...sessions]))
      })
      asking = { sessions, answer }
    }
    asking.sessions.add(session)
    return asking.answer
  }

  return {
    async hasEnded(session) {
      if (session === '') return false
      if (ended.has(session)) return true
      if (!ask) return false
      const told = await askTogether(session)
      return ended.has(session) || told.has(session) // it may have ended while the host was asked
    },
    end,
    onEnd: (listener) => void listeners.add(listener),
    watch(open) {
      if (!ask) return () => {}
      async function look() {
        const sessions = [...new Set(open())].filter((session) => session !== '')
        if (sessions.length === 0) return
        for (const session of (await inTime(ask?.(sessions))) ?? []) end(session)
      }
      return repeat(round, look, logger)
    },
  }
}

async function inTime<T>(answer: T | Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer in ${patience} ms.`)), patience)
    timer.unref()
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
