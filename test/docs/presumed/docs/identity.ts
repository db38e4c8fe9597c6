import type { LivePoll } from '@live-poll/server-sdk'

// What the guide presumes of the reader's app.
export declare const livePoll: LivePoll
export declare const pollId: string
export declare function getSession(
  headers: Headers,
): Promise<{ id: string; user: { id: string; role: string } } | undefined>
export declare function isRevoked(session: string): boolean
