import { EventEmitter, once } from 'node:events'
import type { AckedVote } from '../../../packages/server-sdk/test/recount.ts'

/** What voters were answered. */
export interface Ledger {
  readonly acked: readonly AckedVote[]
  /** Answers that no promise allows. */
  readonly wrong: string[]
  /** Votes answered as repeats of what is in the box already. */
  repeated(): number
  /** Answers over HTTP that made the client ask again, by what they said. */
  readonly retried: ReadonlyMap<string, number>
  note(vote: AckedVote, isDuplicate?: boolean): void
  /** Resolves with the next acknowledgement. */
  nextAck(): Promise<unknown>
  /** As `fetch`, for clients: takes down what went wrong. */
  readonly fetch: typeof fetch
  /** @returns the longest time in which no vote was acknowledged since the last call, in ms */
  takeLongestPause(): number
}

/** What a node may answer when it cannot take a vote now. */
const promised = new Set(['BUSY', 'UNAVAILABLE'])

export function createLedger(): Ledger {
  const acked: AckedVote[] = []
  const wrong: string[] = []
  const retried = new Map<string, number>()
  const acks = new EventEmitter()
  let repeated = 0
  let lastAck: number | undefined
  let longestPause = 0

  function retry(what: string) {
    retried.set(what, (retried.get(what) ?? 0) + 1)
  }

  async function look(method: string, url: string, response: Response) {
    if (response.status < 400) return
    const text = await response.clone().text()
    const code = codeOf(text)
    if (response.status === 503 && code && promised.has(code)) return retry(code)
    // nginx says these where a node has gone away.
    if (!code && [502, 504].includes(response.status)) return retry(`nginx ${response.status}`)
    const hasNoVote = method === 'GET' && url.endsWith('/vote') && code === 'NOT_FOUND'
    if (!hasNoVote) wrong.push(`${method} ${url} was answered ${response.status} ${text}`)
  }

  return {
    ...{ acked, wrong, retried },
    repeated: () => repeated,
    note(vote, isDuplicate) {
      if (isDuplicate) repeated++
      acked.push(vote)
      const now = performance.now()
      longestPause = Math.max(longestPause, now - (lastAck ?? now))
      lastAck = now
      acks.emit('ack')
    },
    nextAck: () => once(acks, 'ack'),
    async fetch(input, init) {
      try {
        const response = await fetch(input, init)
        await look(init?.method ?? 'GET', String(input), response)
        return response
      } catch (error) {
        retry('no answer')
        throw error
      }
    },
    takeLongestPause() {
      const taken = longestPause
      longestPause = 0
      return Math.round(taken)
    },
  }
}

/** Of an answer of Live Poll; undefined where another has given it. */
function codeOf(text: string): string | undefined {
  try {
    return JSON.parse(text).error.code
  } catch {
    return undefined
  }
}
