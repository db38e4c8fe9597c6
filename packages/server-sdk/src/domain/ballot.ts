import type { Issue } from '@live-poll/client-sdk/protocol'
import type { PollRules } from './poll.ts'

/** A ballot in its one written form: choice ids ascending. Two ballots are equal when these are. */
export type Ballot = readonly number[]

export type BallotResult =
  | { readonly ok: true; readonly ballot: Ballot }
  | { readonly ok: false; readonly issues: readonly Issue[] }

/** Whether the choices are a ballot under the poll's rules. Choice ids must be distinct (the codec checks). */
export function readBallot(choices: readonly number[], rules: Pick<PollRules, 'ballot' | 'choices'>): BallotResult {
  const { min, max } = rules.ballot
  if (choices.length < min || choices.length > max) {
    const amount = min === max ? `${min}` : `${min} to ${max}`
    return { ok: false, issues: [{ path: 'choices', message: `Choose ${amount}.` }] }
  }
  for (const id of choices) {
    if (!rules.choices.some((choice) => choice.id === id)) {
      return { ok: false, issues: [{ path: 'choices', message: `This poll has no choice ${id}.` }] }
    }
  }
  return { ok: true, ballot: choices.length < 2 ? choices : [...choices].sort((a, b) => a - b) }
}

export function isSameBallot(a: Ballot | null, b: Ballot | null): boolean {
  if (a === null || b === null) return a === b
  return a.length === b.length && a.every((id, index) => id === b[index])
}
