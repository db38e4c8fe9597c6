import { defineLivePoll } from './define.ts'

export { defineLivePoll } from './define.ts'
export type { ErrorDetail, LivePollEventMap, ResultsDetail, VoteDetail } from './events.ts'
export { LivePoll } from './live-poll.ts'
export { english, type LivePollStrings, type StringOverrides } from './strings.ts'

defineLivePoll()
