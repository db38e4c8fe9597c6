import { defineLivePoll } from './define.ts'

export { defineLivePoll } from './define.ts'
export { english } from './english.ts'
export type { ErrorDetail, LivePollEventMap, ResultsDetail, VoteDetail } from './events.ts'
export { LivePoll } from './live-poll.ts'
export { LivePollResults } from './live-poll-results.ts'
export { PollElement } from './poll-element.ts'
export type { LivePollStrings, StringOverrides } from './strings.ts'

defineLivePoll()
