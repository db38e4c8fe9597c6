import type { Server } from 'node:http'
import type { LivePoll } from '@live-poll/server-sdk'

// What the README of the server SDK presumes of the reader's app.
export declare const livePoll: LivePoll
export declare const pollId: string
/** The app's own. */
export declare const server: Server
/** The app's own session. */
export declare function getSession(headers: Headers): Promise<{ id: string; user: { id: string; role: string } } | null>

/** Whether the reader's app has ended a session. */
export declare function isRevoked(session: string): boolean
