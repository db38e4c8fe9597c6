import type { Poll, Vote } from '@live-poll/client-sdk/voter'
import { lastHour, writeLeft } from './countdown.ts'
import type { Formats } from './formats.ts'
import type { LivePollStrings } from './strings.ts'

// What is said of few polls: when they open or close, why results are hidden, that they were edited or reset. The tag
// loads this file for such a poll alone. Each of the two files shortens names of its own: what passes between them, and
// what is exported here, is none of the `viewNames` of tsup.config.ts.

export { nextTick } from './countdown.ts'
export { remarkWords } from './remark-words.ts'

/** What a remark is about. */
export interface Remarkable {
  readonly poll: Poll
  readonly vote: Vote | null
  /** Milliseconds until the poll opens, or else closes; null where nothing is due. */
  readonly left: number | null
  /** How many watch; null where that is not to be shown. */
  readonly watching: number | null
}

/** When the poll opens, or else closes; empty where nothing is due. It changes every second, so it is never spoken. */
export function timerOf({ poll, left }: Remarkable, words: LivePollStrings, { locale }: Formats): string {
  if (left === null) return ''
  const isOpen = poll.state === 'open'
  if (left <= 0) return isOpen ? words.closing : words.opening
  if (left <= lastHour) return (isOpen ? words.closesIn : words.opensIn)(writeLeft(left, locale))
  const moment = new Date(`${isOpen ? poll.closesAt : poll.opensAt}`)
  const time = moment.toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short' })
  return (isOpen ? words.closes : words.opens)(isolate(time))
}

/** What stands beside the turnout, each under the name of its part: votes that were taken out, and who watches. */
export function besideTurnout({ poll, watching }: Remarkable, words: LivePollStrings, { count }: Formats) {
  const voided = poll.results?.voided
  const remarks: (readonly [part: string, text: string])[] = []
  if (voided) remarks.push(['voided', words.voided(voided, count(voided))])
  if (watching) remarks.push(['watching', words.watching(watching, count(watching))])
  return remarks
}

/** Why there are no figures; empty where no reason is known: then the results are on their way. */
export function hiddenBecause({ poll, vote }: Remarkable, words: LivePollStrings, { count }: Formats): string {
  const { showResults, minVoters, state } = poll
  if (showResults === 'organizers') return words.hidden
  if (state !== 'closed') {
    if (showResults === 'after-close') return words.hiddenUntilClose
    if (showResults === 'after-vote' && !vote?.choices) return words.hiddenUntilVote
  }
  if (!minVoters) return ''
  return state === 'closed' ? words.tooFew : words.hiddenUntilVoters(minVoters, count(minVoters))
}

/**
 * Text that keeps its own direction in a sentence that may run in the other: a date of an Arabic page in English words.
 * First strong isolate, https://www.unicode.org/reports/tr9/#Explicit_Directional_Isolates
 */
function isolate(text: string): string {
  return `\u2068${text}\u2069`
}
