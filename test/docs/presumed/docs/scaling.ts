import type { LivePoll } from '@live-poll/server-sdk'

export declare const livePoll: LivePoll
