import type { RequestListener } from 'node:http'
import fastifyCookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import type { LivePoll } from '@live-poll/server-sdk'
import { toExpress } from '@live-poll/server-sdk/express'
import { toFastify } from '@live-poll/server-sdk/fastify'
import express from 'express'
import expressSession from 'express-session'
import fastify from 'fastify'

/** What the hosts below keep of who is signed in. */
export interface SignedIn {
  userId?: string
}

declare module 'express-session' {
  interface SessionData extends SignedIn {}
}
declare module 'fastify' {
  interface Session extends SignedIn {}
}

const secret = 'a secret of the host, of 32 bytes or more'

/** Apps with sessions of their own: `POST /sign-in?as=<user>` begins one, `POST /sign-out` ends it. */
export const sessionHosts: Readonly<Record<string, (livePoll: LivePoll) => Promise<RequestListener>>> = {
  async 'express-session'(livePoll) {
    return express()
      .use(expressSession({ secret, resave: false, saveUninitialized: false, cookie: { secure: false } }))
      .post('/sign-in', (request, response) => {
        request.session.userId = String(request.query.as)
        response.end()
      })
      .post('/sign-out', (request, response) => request.session.destroy(() => void response.end()))
      .use(toExpress(livePoll))
  },
  async '@fastify/session'(livePoll) {
    const app = fastify()
    app.register(fastifyCookie)
    app.register(fastifySession, { secret, saveUninitialized: false, cookie: { secure: false } })
    app.post<{ Querystring: { as: string } }>('/sign-in', async (request) => {
      request.session.userId = request.query.as
      return ''
    })
    app.post('/sign-out', async (request) => {
      await request.session.destroy()
      return ''
    })
    app.register(toFastify(livePoll))
    await app.ready()
    return (request, response) => app.routing(request, response)
  },
}
