import { defineLivePoll } from './define.ts'

export { defineLivePoll } from './define.ts'
export type { ErrorDetail, LivePollEventMap, ResultsDetail, VoteDetail } from './events.ts'
export { LivePoll } from './live-poll.ts'
export { LivePollResults } from './live-poll-results.ts'
export { PollElement } from './poll-element.ts'
export { english, type LivePollStrings, type StringOverrides } from './strings.ts'

defineLivePoll()
