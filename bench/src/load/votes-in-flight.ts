import { createHistogram, type Histogram } from './histogram.ts'

export type Verdict = 'accepted' | 'refused' | 'unknown'

/** Knows of each vote whether it is answered, and how long that took. */
export interface VotesInFlight {
  readonly sent: number
  readonly accepted: number
  readonly refused: number
  /** Answered, without saying whether they are counted. */
  readonly unknown: number
  /** Answers to no vote that waits for one: a server answered twice. */
  readonly strange: number
  readonly latencies: Histogram
  /** @returns its number @param at when it was to be sent, by `performance.now()` */
  send(at: number): number
  /** @returns whether a vote waited for it */
  answer(vote: number, verdict: Verdict, now: number): boolean
  waiting(): number
}

/** More than any run has unanswered at once. */
const room = 2 ** 18

export function createVotesInFlight(first: number): VotesInFlight {
  const sentAt = new Float64Array(room)
  const latencies = createHistogram()
  let sent = 0
  let accepted = 0
  let refused = 0
  let unknown = 0
  let strange = 0
  return {
    get sent() {
      return sent
    },
    get accepted() {
      return accepted
    },
    get refused() {
      return refused
    },
    get unknown() {
      return unknown
    },
    get strange() {
      return strange
    },
    latencies,
    send(at) {
      const vote = first + sent++
      if (sentAt[vote % room] !== 0) throw new Error(`More than ${room} votes are unanswered.`)
      sentAt[vote % room] = at
      return vote
    },
    answer(vote, verdict, now) {
      const at = sentAt[vote % room] as number
      if (vote < first || vote >= first + sent || at === 0) {
        strange++
        return false
      }
      sentAt[vote % room] = 0
      if (verdict === 'accepted') {
        accepted++
        latencies.record(now - at)
      } else if (verdict === 'refused') refused++
      else unknown++
      return true
    },
    waiting: () => sent - accepted - refused - unknown,
  }
}
