import type { Choice, ChooseBallot, PollImage, PollState, ShowResults } from '@live-poll/client-sdk/protocol'
import type { VoterPolicy } from './voter-policy.ts'

/** When a poll takes votes. Times are judged by the database's clock only. */
export interface PollTimes {
  readonly opensAt: Date | null
  readonly closesAt: Date | null
  /** Written once; only then is the poll `closed`. */
  readonly closedAt: Date | null
}

/** What decides how a ballot is read: any change of it raises `plan`. */
export interface PollRules extends PollTimes, VoterPolicy {
  readonly id: string
  readonly plan: number
  readonly epoch: number
  readonly boxes: number
  readonly ballot: ChooseBallot
  readonly canChange: boolean
  readonly choices: readonly Choice[]
  /** Random, base64url: voter keys of two polls cannot be joined. */
  readonly salt: string
}

/** Everything about a poll but its counts. */
export interface PollFacts extends PollRules {
  readonly question: string
  /** Of the question. No picture has a `key` here: that is for the wire. */
  readonly image?: PollImage
  readonly showResults: ShowResults
  readonly minVoters: number | null
  /** The epoch in which `minVoters` was last reached; it holds to that epoch's end, whatever is retracted. */
  readonly revealedEpoch: number | null
  /** The highest id a choice ever had: ids are not used again. */
  readonly lastChoiceId: number
  readonly edition: number
  readonly createdAt: Date
  /** The organizer who made it, as the host names them; null when made by code. */
  readonly owner: string | null
  /** Whether it is shown only to those it is for. */
  readonly isPrivate: boolean
}

/** One poll as one statement saw it. */
export interface PollRecord {
  readonly facts: PollFacts
  /** The sum of its boxes' versions. */
  readonly version: number
  /** Summed over boxes; see `counting/`. */
  readonly buckets: ReadonlyMap<string, number>
  /** The database's clock when the statement ran. */
  readonly now: Date
}

/** `closed` only once it is written: from `closesAt` until then a poll is due, takes no votes, and still reads `open`. */
export function pollState(times: PollTimes, now: Date): PollState {
  if (times.closedAt) return 'closed'
  return times.opensAt && now < times.opensAt ? 'scheduled' : 'open'
}

/** Whether the closing time has come and nobody has written it down yet. */
export function isDue(times: PollTimes, now: Date): boolean {
  return !times.closedAt && times.closesAt !== null && now >= times.closesAt
}
