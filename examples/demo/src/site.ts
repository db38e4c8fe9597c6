import type { IncomingMessage, ServerResponse } from 'node:http'
import { type LivePoll, type Poll, PollError } from '@live-poll/server-sdk'
import { readCookie, sessionCookie } from './cookie.ts'
import type { OrganizerSessions } from './organizer-sessions.ts'
import { type Page, plainPage } from './page.ts'
import type { Screen } from './screen.ts'
import type { StaticFile } from './static-files.ts'

export interface SiteParts {
  readonly api: LivePoll['api']
  readonly sessions: OrganizerSessions
  readonly cookieName: string
  readonly page: Page
  readonly screen: Screen
  readonly files: ReadonlyMap<string, StaticFile>
  /** Resolves when there are polls to show. */
  readonly seeded: Promise<void>
  readonly localUrl: string
  lanUrl(): string | undefined
  /** The link was used: a new one is due. */
  onSignIn(): void
}

/** Polls on the page, the newest ones. */
const shownPolls = 12

const headers = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self' ws: wss:", // the channel may have a port of its own
    "img-src 'self' data: blob:", // of a tag until its pictures are there, and of a form until they are sent
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'referrer-policy': 'no-referrer', // the organizer's code is in an address
  'x-content-type-options': 'nosniff',
}

/** The big screen of a poll. */
const results = /^\/results\/([\w-]{1,64})$/

const html = { ...headers, 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }

/** The demo's own pages: what a host has around its polls. */
export function createSite(parts: SiteParts) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const { pathname, searchParams } = readUrl(request)
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { ...headers, allow: 'GET, HEAD' }).end()
    } else if (pathname === '/') {
      showPolls(request, response).catch((error) => apologize(response, error))
    } else if (results.test(pathname)) {
      showResults(response, pathname.replace(results, '$1')).catch((error) => apologize(response, error))
    } else if (pathname === '/organize') {
      // A HEAD must not use the link up: some programs look at links before their user does.
      signIn(response, request.method === 'GET' ? searchParams.get('code') : null)
    } else {
      sendFile(request, response, parts.files.get(pathname))
    }
  }

  async function showPolls(request: IncomingMessage, response: ServerResponse): Promise<void> {
    await parts.seeded
    const { polls } = await parts.api.listPolls({ limit: shownPolls })
    const session = readCookie(request.headers.cookie, parts.cookieName)
    const isOrganizer = parts.sessions.find(session) !== undefined
    response.writeHead(200, html).end(parts.page({ polls, isOrganizer, lanUrl: parts.lanUrl() }))
  }

  async function showResults(response: ServerResponse, id: string): Promise<void> {
    const poll = await findPoll(id)
    const url = parts.lanUrl() ?? parts.localUrl
    if (poll) response.writeHead(200, html).end(parts.screen({ poll, url }))
    else response.writeHead(404, html).end(plainPage('There is no such poll.'))
  }

  async function findPoll(id: string): Promise<Poll | undefined> {
    try {
      return await parts.api.getPoll(id)
    } catch (error) {
      if (error instanceof PollError && error.code === 'POLL_NOT_FOUND') return undefined
      throw error
    }
  }

  function signIn(response: ServerResponse, code: string | null): void {
    const session = parts.sessions.redeem(code)
    if (session === undefined) {
      response.writeHead(403, html).end(plainPage('This link is used up. The terminal shows the one that works.'))
      return
    }
    const cookie = sessionCookie(parts.cookieName, session)
    response.writeHead(303, { ...headers, location: '/', 'set-cookie': cookie, 'cache-control': 'no-store' }).end()
    parts.onSignIn()
  }
}

function apologize(response: ServerResponse, error: unknown): void {
  console.error(error)
  response.writeHead(500, html).end(plainPage('Something went wrong. The terminal says what.'))
}

/** `//` is a path that anyone may send, and no URL. */
function readUrl({ url = '/' }: IncomingMessage): URL {
  return new URL(`http://localhost${url.startsWith('/') ? url : '/'}`)
}

function sendFile(request: IncomingMessage, response: ServerResponse, file: StaticFile | undefined): void {
  if (!file) {
    response.writeHead(404, html).end(plainPage('There is no such page.'))
  } else if (request.headers['if-none-match'] === file.etag) {
    response.writeHead(304, { ...headers, etag: file.etag }).end()
  } else {
    response
      .writeHead(200, { ...headers, etag: file.etag, 'content-type': file.type, 'cache-control': 'no-cache' })
      .end(file.body)
  }
}
