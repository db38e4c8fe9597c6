import type { LivePoll } from '@live-poll/server-sdk'

// What the guide presumes of the reader's app.
export declare const livePoll: LivePoll
export declare const pollId: string
export declare function isBanned(userId: string): boolean
export declare function announce(text: string): Promise<void>
