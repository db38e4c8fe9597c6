import { type PollError, pollError } from '@live-poll/client-sdk/protocol'
import type { VoteToCast } from '../ports/hooks.ts'
import type { Logger } from '../ports/logger.ts'
import type { HookCalls } from './hook-calls.ts'

/** Told once whether a vote may be cast: undefined, or why not. Must not throw. */
export type GateAnswer = (refusal: PollError | undefined) => void

/** Where votes wait for the host's `beforeVote`. */
export interface VoteGate {
  /**
   * Asks about a vote. Votes of one voter in one poll are answered in the order in which they came; no other vote waits for
   * them. Where the hook answers at once, so does this.
   *
   * @param answer with `VOTE_REFUSED` where the hook refuses, `BUSY` where too many wait already, `UNAVAILABLE` where the
   * hook has failed: in none of these the vote is cast
   */
  ask(vote: VoteToCast, voterKey: string, answer: GateAnswer): void
  /** Whether `ask` would answer `BUSY`. @returns milliseconds until a vote may be tried again; 0: it is asked about */
  busyFor(): number
}

interface Waiting {
  readonly answer: GateAnswer
  isDecided: boolean
  refusal: PollError | undefined
}

/** Milliseconds until a vote may be tried again that there was no room for. */
const retryAfter = 1000

/** @param most votes that may wait */
export function createVoteGate(hooks: Pick<HookCalls, 'ask'>, most: number, logger: Logger): VoteGate {
  /** By poll and voter, those that are not answered yet, in their order. */
  const lanes = new Map<string, Waiting[]>()
  let waiting = 0

  const busyFor = () => (waiting < most ? 0 : retryAfter)

  function takeLane(name: string): Waiting[] {
    let lane = lanes.get(name)
    if (!lane) {
      lane = []
      lanes.set(name, lane)
    }
    return lane
  }

  /** Answers those that are decided and before which none is that is not. */
  function advance(name: string, lane: Waiting[]) {
    for (let first = lane[0]; first?.isDecided; first = lane[0]) {
      lane.shift()
      waiting--
      if (lane.length === 0) lanes.delete(name)
      tell(first)
    }
  }

  /** What goes wrong with one answer must not keep the others from theirs. */
  function tell({ answer, refusal }: Waiting) {
    try {
      answer(refusal)
    } catch (error) {
      logger.error('A vote could not be answered.', error)
    }
  }

  return {
    ask(vote, voterKey, answer) {
      const wait = busyFor()
      if (wait > 0) return answer(pollError('BUSY', { retryAfter: wait }))
      const name = `${vote.pollId} ${voterKey}`
      const lane = takeLane(name)
      const one: Waiting = { answer, isDecided: false, refusal: undefined }
      lane.push(one)
      waiting++
      hooks.ask('beforeVote', vote, (refusal) => {
        one.isDecided = true
        one.refusal = refusal
        advance(name, lane)
      })
    },
    busyFor,
  }
}
