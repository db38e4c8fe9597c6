import { stateOrder } from './protocol/is-newer.ts'
import type { PollMessage, ResultsMessage, ServerMessage, StateMessage } from './protocol/messages.ts'
import type { Poll, PollState, Vote } from './protocol/models.ts'

type News = ResultsMessage | StateMessage

/** What is known of one poll. */
export interface HeldPoll {
  /** With the newest results that fit its choices and may be shown. */
  readonly poll: Poll | null
  readonly vote: Vote | null
  /** How many watch, as of the results; null without them. */
  readonly watching: number | null
  /** News that cannot be drawn on what is held. While it stands, the poll is to be asked for again. */
  readonly ahead: News | null
}

export const nothingHeld: HeldPoll = { poll: null, vote: null, watching: null, ahead: null }

/**
 * The state after a message. Pure; drops what is not newer, so messages may be lost, repeated and late,
 * and whatever their order, the state ends at the newest. The same state is returned when nothing changed.
 */
export function reducePoll(state: HeldPoll, message: ServerMessage): HeldPoll {
  if (message.type === 'poll') return holdPoll(state, message)
  return message.type === 'results' || message.type === 'state' ? holdNews(state, message) : state
}

/** The state after the own vote was committed. A receipt that comes after a later vote, or a reset, changes nothing. */
export function holdVote(state: HeldPoll, vote: Vote, epoch: number): HeldPoll {
  return state.poll?.epoch === epoch ? withoutHidden({ ...state, vote: laterVote(state.vote, vote) }) : state
}

/** The state for a voter of whom nothing is known yet. */
export function forgetVote(state: HeldPoll): HeldPoll {
  return withoutHidden({ ...state, vote: null })
}

/** The object after a change; itself where that changes nothing. */
export function changed<T extends object>(before: T, change: Partial<T>): T {
  for (const key in change) if (change[key] !== before[key]) return { ...before, ...change }
  return before
}

function holdPoll(state: HeldPoll, { poll: incoming, vote, watching }: PollMessage): HeldPoll {
  const epochs = state.poll ? incoming.epoch - state.poll.epoch : 0
  if (epochs < 0) return state
  const known = epochs > 0 ? nothingHeld : state // a reset takes votes and results with it
  const newest = known.poll && known.poll.edition > incoming.edition ? known.poll : incoming
  // Results that only organizers see are for one who is told them; others who hold some keep them.
  const isForMe = newest.results || newest.showResults !== 'organizers'
  const results = (isForMe && known.poll?.edition === newest.edition && known.poll.results) || null
  let held: HeldPoll = {
    poll: { ...newest, state: laterState(known.poll?.state, incoming.state), results },
    vote: laterVote(known.vote, vote),
    watching: results && known.watching,
    ahead: null,
  }
  if (incoming.results) held = holdNews(held, { type: 'results', ...incoming.results, watching })
  // The poll was asked for because of what is ahead. What still cannot be drawn on its edition never can.
  if (state.ahead) held = holdNews(held, state.ahead)
  const isAnswered = held.ahead && editionOrder(held.ahead, newest) <= 0
  return withoutHidden(isAnswered ? { ...held, ahead: null } : held)
}

function holdNews(state: HeldPoll, news: News): HeldPoll {
  const { poll, vote } = state
  const order = poll ? editionOrder(news, poll) : 1
  if (!poll || order > 0) return holdAhead(state, news)
  if (order < 0) return state
  const next = changed(poll, { state: laterState(poll.state, news.state) })
  const orderOfResults = poll.results ? newsOrder(news, poll.results) : 1
  if (news.type === 'state' || orderOfResults < 0) return changed(state, { poll: next })
  // Someone with a vote may see what comes: a vote of which nothing is known here.
  if (!maySee(next, vote)) return holdAhead({ ...state, poll: next }, news)
  const { type: _, watching = state.watching, ...results } = news
  return changed(state, { poll: orderOfResults > 0 ? { ...next, results } : next, watching })
}

function holdAhead(state: HeldPoll, news: News): HeldPoll {
  return state.ahead && newsOrder(news, state.ahead) <= 0 ? state : { ...state, ahead: news }
}

/**
 * Whether results may be shown to a viewer with this vote. `minVoters` is the server's to count: once reached, it holds.
 * An organizer of a poll whose results nobody else sees has them from the server or not at all.
 */
function maySee({ showResults, state }: Poll, vote: Vote | null): boolean {
  if (state === 'closed') return true
  return showResults === 'after-vote' ? vote?.choices != null : showResults !== 'after-close'
}

/** Results that this viewer could see go when the own vote goes, or turns out to be another one's. */
function withoutHidden(state: HeldPoll): HeldPoll {
  const { poll, vote } = state
  return !poll || maySee(poll, vote) ? state : { ...state, poll: changed(poll, { results: null }), watching: null }
}

interface Edition {
  readonly epoch: number
  readonly edition: number
}

interface Snapshot extends Edition {
  readonly version?: number
  readonly state: PollState
}

function editionOrder(a: Edition, b: Edition): number {
  return a.epoch - b.epoch || a.edition - b.edition
}

/** Within an edition what is not about results, and so has no version, says less. */
function newsOrder(a: Snapshot, b: Snapshot): number {
  return editionOrder(a, b) || (a.version ?? -1) - (b.version ?? -1) || stateOrder[a.state] - stateOrder[b.state]
}

function laterState(held: PollState | undefined, incoming: PollState): PollState {
  return held && stateOrder[held] > stateOrder[incoming] ? held : incoming
}

/** Within an epoch a voter's revision only rises, and a vote once cast leaves at least a retraction behind. */
function laterVote(held: Vote | null, incoming: Vote | null): Vote | null {
  return held && (!incoming || incoming.revision <= held.revision) ? held : incoming
}
