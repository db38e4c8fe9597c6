import { isNewer, stateOrder } from './protocol/is-newer.ts'
import type { PollMessage, ResultsMessage, ServerMessage, StateMessage } from './protocol/messages.ts'
import type { Poll, PollState, Results, Vote } from './protocol/models.ts'

/** What is known of one poll. `poll.results` and `results` are always the same. */
export interface HeldPoll {
  readonly poll: Poll | null
  readonly results: Results | null
  readonly vote: Vote | null
  /** How many watch, as of `results`; null without them. */
  readonly watching: number | null
  /** News that cannot be drawn on what is held. While it stands, the poll is to be asked for again. */
  readonly ahead: ResultsMessage | StateMessage | null
}

export const nothingHeld: HeldPoll = { poll: null, results: null, vote: null, watching: null, ahead: null }

/**
 * The state after a message. Pure; drops what is not newer, so messages may be lost, repeated and late,
 * and whatever their order, the state ends at the newest. The same state is returned when nothing changed.
 */
export function reducePoll(state: HeldPoll, message: ServerMessage): HeldPoll {
  switch (message.type) {
    case 'poll':
      return holdPoll(state, message)
    case 'results':
    case 'state':
      return holdNews(state, message)
    default:
      return state
  }
}

/** The state after the own vote was committed. A receipt that comes after a later vote, or a reset, changes nothing. */
export function holdVote(state: HeldPoll, vote: Vote, epoch: number): HeldPoll {
  return state.poll?.epoch === epoch ? withoutHidden({ ...state, vote: laterVote(state.vote, vote) }) : state
}

/** The state for a voter of whom nothing is known yet. */
export function forgetVote(state: HeldPoll): HeldPoll {
  return withoutHidden({ ...state, vote: null })
}

function holdPoll(state: HeldPoll, { poll: incoming, vote, watching }: PollMessage): HeldPoll {
  if (state.poll && incoming.epoch < state.poll.epoch) return state
  const known = state.poll?.epoch === incoming.epoch ? state : nothingHeld // a reset takes votes and results with it
  const newest = known.poll && known.poll.edition > incoming.edition ? known.poll : incoming
  const isWithheld = newest === incoming && incoming.showResults === 'organizers' && !incoming.results
  const results = !isWithheld && known.results?.edition === newest.edition ? known.results : null
  const next: HeldPoll = {
    poll: { ...newest, state: laterState(known.poll?.state, incoming.state), results },
    results,
    vote: laterVote(known.vote, vote),
    watching: results && known.watching,
    ahead: null,
  }
  const news: readonly (HeldPoll['ahead'] | undefined)[] = [
    incoming.results && { type: 'results', ...incoming.results, watching },
    // The poll was asked for because of what is ahead. What still cannot be drawn on its edition never can.
    state.ahead,
  ]
  const held = news.reduce<HeldPoll>((before, one) => (one ? holdNews(before, one) : before), next)
  const isAnswered = held.ahead && editionOrder(held.ahead, newest) <= 0
  return withoutHidden(isAnswered ? { ...held, ahead: null } : held)
}

function holdNews(state: HeldPoll, news: ResultsMessage | StateMessage): HeldPoll {
  const { poll, results, vote } = state
  if (!poll || editionOrder(news, poll) > 0) return holdAhead(state, news)
  if (editionOrder(news, poll) < 0) return state
  const stateNow = laterState(poll.state, news.state)
  const polled = stateNow === poll.state ? poll : { ...poll, state: stateNow }
  if (news.type === 'state' || (results && isNewer(results, news))) {
    return polled === poll ? state : { ...state, poll: polled }
  }
  // Someone with a vote may see what comes: a vote of which nothing is known here.
  if (!maySee(polled, vote)) return holdAhead({ ...state, poll: polled }, news)
  const { type: _, watching = state.watching, ...incoming } = news
  const resultsNow = !results || isNewer(news, results) ? incoming : results
  if (resultsNow === results && polled === poll && watching === state.watching) return state
  const pollNow = resultsNow === polled.results ? polled : { ...polled, results: resultsNow }
  return { ...state, poll: pollNow, results: resultsNow, watching }
}

function holdAhead(state: HeldPoll, news: ResultsMessage | StateMessage): HeldPoll {
  return !state.ahead || supersedes(news, state.ahead) ? { ...state, ahead: news } : state
}

/**
 * Whether results may be shown to a viewer with this vote. `minVoters` is the server's to count: once reached, it holds.
 * An organizer of a poll whose results nobody else sees has them from the server or not at all.
 */
function maySee({ showResults, state }: Poll, vote: Vote | null): boolean {
  if (state === 'closed' || showResults === 'always' || showResults === 'organizers') return true
  return showResults === 'after-vote' && vote?.choices != null
}

/** Results that this viewer could see go when the own vote goes, or turns out to be another one's. */
function withoutHidden(state: HeldPoll): HeldPoll {
  const { poll, results, vote } = state
  if (!poll || !results || maySee(poll, vote)) return state
  return { ...state, poll: { ...poll, results: null }, results: null, watching: null }
}

interface Edition {
  readonly epoch: number
  readonly edition: number
}

function editionOrder(a: Edition, b: Edition): number {
  return a.epoch - b.epoch || a.edition - b.edition
}

function supersedes(news: ResultsMessage | StateMessage, ahead: ResultsMessage | StateMessage): boolean {
  const order = editionOrder(news, ahead)
  if (order !== 0) return order > 0
  if (news.type === 'results') return ahead.type === 'state' || isNewer(news, ahead)
  return ahead.type === 'state' && stateOrder[news.state] > stateOrder[ahead.state]
}

function laterState(held: PollState | undefined, incoming: PollState): PollState {
  return held && stateOrder[held] > stateOrder[incoming] ? held : incoming
}

/** Within an epoch a voter's revision only rises, and a vote once cast leaves at least a retraction behind. */
function laterVote(held: Vote | null, incoming: Vote | null): Vote | null {
  return held && (!incoming || incoming.revision <= held.revision) ? held : incoming
}
