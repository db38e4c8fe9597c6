import type { Poll, PollError, Vote, WatchedPoll } from '@live-poll/client-sdk'
import { misfitOf } from './ballot.ts'
import { type Figure, figuresOf } from './figures.ts'
import type { Formats } from './formats.ts'
import type { LivePollStrings } from './strings.ts'

/** Where the poll and the voter stand: what a row holds follows from it. */
export type Stage = 'scheduled' | 'ballot' | 'voted' | 'closed'

/** What the voter has done on this page and not yet cast. */
export interface Draft {
  /** What is ticked; null while nothing was touched. */
  readonly chosen: ReadonlySet<number> | null
  /** Whether Vote was pressed on it. */
  readonly wasTried: boolean
  /** Why its last cast was refused. */
  readonly refusal: PollError | null
}

/** A poll as it is drawn, worked out from what is watched and what the voter has touched. */
export interface View {
  readonly poll: Poll
  readonly stage: Stage
  readonly vote: Vote | null
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

/** A ballot that was touched stays open whatever arrives, until it is cast or cancelled or no vote is taken any more. */
export function viewOf(poll: Poll, watched: WatchedPoll, draft: Draft, isOffline: boolean): View {
  const { vote, pending, results } = watched
  const isTouched = pending !== null || draft.chosen !== null
  const isBallot = poll.state === 'open' && !(vote?.choices && !(isTouched && poll.canChange))
  const stage = poll.state !== 'open' ? poll.state : isBallot ? 'ballot' : 'voted'
  const chosen = (isBallot && (pending ? new Set(pending.choices) : draft.chosen)) || new Set(vote?.choices)
  return {
    poll,
    stage,
    vote,
    chosen,
    figures: results && figuresOf(results),
    voters: results?.voters ?? null,
    misfit: misfitOf(poll, chosen),
    isLocked: pending !== null,
    draft,
    isOffline,
  }
}

/** The line under the question: what to do, or where things stand. */
export function statusOf({ poll, stage, figures }: View, words: LivePollStrings, formats: Formats): string {
  switch (stage) {
    case 'scheduled':
      return words.scheduled(poll.opensAt && formats.time(poll.opensAt))
    case 'ballot':
      return ruleOf(poll, words)
    case 'voted':
      return words.counted
    case 'closed':
      return figures ? words.final : words.closed
  }
}

/** The line under the poll: what went wrong, what is missing, or what to wait for. */
export function noteOf(view: View, words: LivePollStrings, formats: Formats): string {
  const { poll, stage, figures, misfit, draft } = view
  if (view.isOffline) return view.isLocked ? words.waiting : words.offline
  if (draft.refusal) return errorWords(draft.refusal, words)
  if (stage === 'ballot' && (misfit > 0 || (misfit < 0 && draft.wasTried))) return ruleOf(poll, words)
  if (!figures && poll.showResults === 'organizers') return words.hidden
  if (!figures && poll.showResults === 'after-close' && stage === 'voted') return words.hiddenUntilClose
  return poll.state === 'open' && poll.closesAt ? words.closes(formats.time(poll.closesAt)) : ''
}

export function errorWords({ code, message }: PollError, words: LivePollStrings): string {
  return words.errors[code] ?? message
}

function ruleOf({ ballot, choices }: Poll, words: LivePollStrings): string {
  return words.rule(Math.max(1, ballot.min), ballot.max, choices.length)
}
