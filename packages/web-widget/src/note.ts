import type { PollError } from '@live-poll/client-sdk'
import type { Formats } from './figures.ts'
import type { LivePollStrings } from './strings.ts'
import type { View } from './view.ts'

/** A refusal in the voter's words. A host that refuses a vote says why itself. */
export function errorWords(error: PollError, words: LivePollStrings): string {
  if (error.code === 'VOTE_REFUSED') return error.message
  return words.errors[error.code] ?? words.failed
}

/** The one line under the poll: what went wrong, what is missing, or what to wait for. */
export function noteOf(
  view: View,
  offline: boolean,
  failure: PollError | null,
  attempted: boolean,
  words: LivePollStrings,
  formats: Formats,
): string {
  const { poll, stage, problem } = view
  if (offline) return view.locked ? words.waiting : words.offline
  if (failure) return errorWords(failure, words)
  if (stage === 'ballot' && problem === 'too-many') return words.tooMany(poll.ballot.max)
  if (stage === 'ballot' && problem === 'too-few' && attempted) return words.tooFew(Math.max(1, poll.ballot.min))
  if (!view.figures && stage === 'voted' && poll.showResults === 'after-close') return words.hiddenUntilClose
  if (!view.figures && poll.showResults === 'organizers') return words.hidden
  return poll.state === 'open' && poll.closesAt ? words.closes(formats.time(poll.closesAt)) : ''
}
