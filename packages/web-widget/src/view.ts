import type { Poll, PollError, WatchedPoll } from '@live-poll/client-sdk/voter'
import { misfitOf } from './ballot.ts'
import { type Figure, figuresOf } from './figures.ts'
import type { Formats } from './formats.ts'
import type { Remarkable } from './remarks.ts'
import type { LivePollStrings } from './strings.ts'

/** Where the poll and the voter stand: what a row holds follows from it. `results`: nobody votes here, whatever the state. */
export type Stage = 'scheduled' | 'ballot' | 'voted' | 'closed' | 'results'

/** What befell the ballot and is worth a word until the voter goes on. */
export type Notice = 'edited' | 'reset' | 'retracted'

/** What the voter has done on this page and not yet cast. */
export interface Draft {
  /** What is ticked; null while nothing was touched. */
  readonly chosen: ReadonlySet<number> | null
  /** Whether Vote was pressed on it. */
  readonly wasTried: boolean
  /** Why its last cast was refused. */
  readonly refusal: PollError | null
  readonly notice: Notice | null
}

export const untouched: Draft = { chosen: null, wasTried: false, refusal: null, notice: null }

/** What is loaded only where `isRemarkable`. */
export type Remarks = typeof import('./remarks.ts')

/** A poll as it is drawn, worked out from what is watched and what the voter has touched. */
export interface View extends Remarkable {
  readonly stage: Stage
  /** On a ballot what is ticked, otherwise the vote in the box. */
  readonly chosen: ReadonlySet<number>
  /** In the order of the choices; null where this viewer may not see them. */
  readonly figures: readonly Figure[] | null
  readonly voters: number | null
  /** 0 when the ballot may be cast; see `misfitOf`. */
  readonly misfit: number
  /** Whether a vote is on its way: the ballot stays as it is until the answer. */
  readonly isLocked: boolean
  readonly draft: Draft
  readonly isOffline: boolean
}

/** What is known besides the poll. */
export interface Surroundings {
  readonly isOffline: boolean
  readonly hasPresence: boolean
}

/** A ballot that was touched stays open whatever arrives, until it is cast or cancelled or no vote is taken any more. */
export function viewOf(poll: Poll, watched: WatchedPoll, draft: Draft, { isOffline, hasPresence }: Surroundings): View {
  const { vote, pending, results } = watched
  const isTouched = pending ? pending.choices !== null : draft.chosen !== null
  const isBallot = poll.state === 'open' && !(vote?.choices && !(isTouched && poll.canChange))
  const due = poll.state === 'scheduled' ? poll.opensAt : poll.state === 'open' ? poll.closesAt : null
  const stage = poll.state !== 'open' ? poll.state : isBallot ? 'ballot' : 'voted'
  const chosen = (isBallot && (pending ? new Set(pending.choices) : draft.chosen)) || new Set(vote?.choices)
  return {
    poll,
    stage,
    vote,
    chosen,
    figures: results && figuresOf(results),
    voters: results?.voters ?? null,
    watching: (hasPresence && watched.watching) || null,
    misfit: misfitOf(poll, chosen),
    isLocked: pending !== null,
    draft,
    isOffline,
    left: due ? Date.parse(due) - watched.serverNow() : null,
  }
}

/** The same for a screen on which nobody votes. */
export function resultsViewOf(poll: Poll, watched: WatchedPoll, surroundings: Surroundings): View {
  return { ...viewOf(poll, watched, untouched, surroundings), stage: 'results', chosen: new Set() }
}

/** Whether there is something to say of the poll that the tag does not know by itself; see `remarks.ts`. */
export function isRemarkable({ poll, left, figures, watching, draft }: View, words: LivePollStrings): boolean {
  return (
    left !== null ||
    !figures ||
    Boolean(watching ?? poll.results?.voided) ||
    (draft.notice !== null && !words[draft.notice])
  )
}

/** The line under the question: what to do, or where things stand. */
export function statusOf(
  { poll, stage, figures, left }: View,
  words: LivePollStrings,
  remarks: Remarks | null | undefined,
): string {
  if (poll.state === 'closed') return figures ? words.final : words.closed
  if (poll.state === 'scheduled') return left === null || remarks === null ? words.notOpen : ''
  return stage === 'ballot' ? ruleOf(poll, words) : stage === 'voted' ? words.counted : words.open
}

/** The line under the poll: what went wrong, what befell the ballot, or why there are no figures. */
export function noteOf(
  view: View,
  words: LivePollStrings,
  formats: Formats,
  remarks: Remarks | null | undefined,
): string {
  const { poll, stage, figures, misfit, vote, draft } = view
  const isBallot = stage === 'ballot'
  if (view.isOffline) return isBallot && view.isLocked ? words.waiting : words.offline
  if (draft.refusal) return errorWords(draft.refusal, words)
  if (draft.notice && poll.state !== 'closed') return words[draft.notice]
  if (isBallot && (misfit > 0 || (misfit < 0 && draft.wasTried))) return ruleOf(poll, words)
  return (
    (!figures && remarks?.hiddenBecause(view, words, formats)) ||
    (stage === 'closed' && vote?.choices ? words.thanks : '')
  )
}

export function errorWords({ code, message }: PollError, words: LivePollStrings): string {
  return words.errors[code] ?? message
}

function ruleOf({ ballot, choices }: Poll, words: LivePollStrings): string {
  return words.rule(Math.max(1, ballot.min), ballot.max, choices.length)
}
