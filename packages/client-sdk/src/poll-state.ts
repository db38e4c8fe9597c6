import { isNewer, stateOrder } from './protocol/is-newer.ts'
import type { ServerMessage, StateMessage } from './protocol/messages.ts'
import type { Poll, PollState, Results, Vote } from './protocol/models.ts'

/** What is known of one poll. `poll.results` and `results` are always the same. */
export interface HeldPoll {
  readonly poll: Poll | null
  readonly results: Results | null
  readonly vote: Vote | null
  /** News of an edition or epoch not held yet. It is not drawn; while it stands, the poll is to be asked for again. */
  readonly ahead: Results | StateMessage | null
}

export const nothingHeld: HeldPoll = { poll: null, results: null, vote: null, ahead: null }

/**
 * The state after a message. Pure; drops what is not newer, so messages may be lost, repeated and late,
 * and whatever their order, the state ends at the newest. The same state is returned when nothing changed.
 */
export function reducePoll(state: HeldPoll, message: ServerMessage): HeldPoll {
  switch (message.type) {
    case 'poll':
      return holdPoll(state, message.poll, message.vote)
    case 'results': {
      const { type: _, ...results } = message
      return holdNews(state, results)
    }
    case 'state':
      return holdNews(state, message)
    default:
      return state
  }
}

/** The state after the own vote was committed. A receipt that comes after a later vote, or a reset, changes nothing. */
export function holdVote(state: HeldPoll, vote: Vote, epoch: number): HeldPoll {
  return state.poll?.epoch === epoch ? { ...state, vote: laterVote(state.vote, vote) } : state
}

function holdPoll(state: HeldPoll, incoming: Poll, vote: Vote | null): HeldPoll {
  if (state.poll && incoming.epoch < state.poll.epoch) return state
  const known = state.poll?.epoch === incoming.epoch ? state : nothingHeld // a reset takes votes and results with it
  const newest = known.poll && known.poll.edition > incoming.edition ? known.poll : incoming
  const results = known.results?.edition === newest.edition ? known.results : null
  const poll = { ...newest, state: laterState(known.poll?.state, incoming.state), results }
  const next: HeldPoll = { poll, results, vote: laterVote(known.vote, vote), ahead: null }
  return [incoming.results, state.ahead].reduce<HeldPoll>((held, news) => (news ? holdNews(held, news) : held), next)
}

function holdNews(state: HeldPoll, news: Results | StateMessage): HeldPoll {
  const { poll, results, ahead } = state
  if (!poll || editionOrder(news, poll) > 0) {
    return !ahead || supersedes(news, ahead) ? { ...state, ahead: news } : state
  }
  if (editionOrder(news, poll) < 0) return state
  const isNews = 'votes' in news && (!results || isNewer(news, results))
  const stateNow = laterState(poll.state, news.state)
  if (!isNews && stateNow === poll.state) return state
  const resultsNow = isNews ? news : results
  return { ...state, poll: { ...poll, state: stateNow, results: resultsNow }, results: resultsNow }
}

interface Edition {
  readonly epoch: number
  readonly edition: number
}

function editionOrder(a: Edition, b: Edition): number {
  return a.epoch - b.epoch || a.edition - b.edition
}

function supersedes(news: Results | StateMessage, ahead: Results | StateMessage): boolean {
  const order = editionOrder(news, ahead)
  if (order !== 0) return order > 0
  return 'votes' in news && (!('votes' in ahead) || isNewer(news, ahead))
}

function laterState(held: PollState | undefined, incoming: PollState): PollState {
  return held && stateOrder[held] > stateOrder[incoming] ? held : incoming
}

/** Within an epoch a voter's revision only rises, and a vote once cast leaves at least a retraction behind. */
function laterVote(held: Vote | null, incoming: Vote | null): Vote | null {
  return held && (!incoming || incoming.revision <= held.revision) ? held : incoming
}
