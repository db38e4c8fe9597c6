import type { Server } from 'node:http'
import type { LivePoll } from '@live-poll/server-sdk'
import type { Express } from 'express'

// What the README of the server SDK presumes of the reader's app.
export declare const app: Express
export declare const server: Server
export declare const livePoll: LivePoll
export declare const pollId: string
/** The app's own session. */
export declare function getSession(headers: Headers): Promise<{ user: { id: string; role: string } } | null>
