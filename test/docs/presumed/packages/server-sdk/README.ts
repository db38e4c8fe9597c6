import type { Server } from 'node:http'
import type { LivePoll } from '@live-poll/server-sdk'
import type { UwsApp, UwsRoutesApp } from '@live-poll/server-sdk/uwebsockets'

// What the README of the server SDK presumes of the reader's app.
export declare const livePoll: LivePoll
export declare const pollId: string
/** The app's own. */
export declare const server: Server
/** The app's own session. */
export declare function getSession(headers: Headers): Promise<{ id: string; user: { id: string; role: string } } | null>

/** Whether the reader's app has ended a session. */
export declare function isRevoked(session: string): boolean

/** Whether the reader's app knows a user as a member. */
export declare function isMember(userId: string, pollId: string): Promise<boolean>
/** However the reader's app sends mail. */
export declare function sendMail(to: string | null, subject: string, content: unknown): Promise<void>
/** An app of uWebSockets.js. */
export declare const uwsApp: UwsApp & UwsRoutesApp & { listen(port: number, done: () => void): unknown }

/** A module of NestJS. */
export declare class AppModule {}
