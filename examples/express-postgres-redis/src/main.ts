/** An Express app with sessions, Postgres and Redis of its own, and polls in it. See the README. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLivePoll } from '@live-poll/server-sdk'
import { toExpress } from '@live-poll/server-sdk/express'
import { postgres } from '@live-poll/server-sdk/postgres'
import { redis } from '@live-poll/server-sdk/redis'
import { fromSession } from '@live-poll/server-sdk/sessions'
import { attachChannel } from '@live-poll/server-sdk/ws'
import express from 'express'
import session from 'express-session'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { createPage } from './page.ts'
import { findUser, type User } from './users.ts'

const { PORT = '3000', HOST = '127.0.0.1', DATABASE_URL, REDIS_URL = 'redis://127.0.0.1:6379' } = process.env
const { SESSION_SECRET, LIVE_POLL_SECRET } = process.env
if (!DATABASE_URL || !SESSION_SECRET || !LIVE_POLL_SECRET) {
  throw new Error('DATABASE_URL, SESSION_SECRET and LIVE_POLL_SECRET must be set.')
}

declare module 'express-session' {
  interface SessionData {
    user: User
  }
}

// The app's own connections: Live Poll uses them, and leaves them open when it closes.
const pool = new Pool({ connectionString: DATABASE_URL })
pool.on('error', (error) => console.error(error))
const client = new Redis(REDIS_URL)
client.on('error', (error) => console.error(error))

const livePoll = createLivePoll({
  database: postgres({ pool }),
  redis: redis({ client }),
  secret: LIVE_POLL_SECRET,
  identify: fromSession<{ user?: User }>(({ user }) => user && { ...user }),
  authorize: ({ user }) => user?.role === 'editor',
})
await livePoll.migrate() // an app with migrations of its own has these among them

const app = express()
app.use(
  // Kept in memory here: where the app has several processes, give it a store that they share.
  session({
    secret: SESSION_SECRET,
    resave: false,
    saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: 'lax' },
  }),
)
app.use(toExpress(livePoll)) // after the session
app.use(express.static(new URL('../public', import.meta.url).pathname))

app.get('/', async (request, response) => {
  const { polls } = await livePoll.api.listPolls({ limit: 1 })
  response.send(createPage(request.session.user, polls[0]))
})

app.post('/sign-in', express.urlencoded(), (request, response, next) => {
  const user = findUser(request.body?.name)
  if (!user) return void response.status(403).send('Nobody here has that name.')
  // A new session, so that nobody signs in to one that somebody else has prepared.
  request.session.regenerate((error) => {
    if (error) return next(error)
    request.session.user = user
    response.redirect(303, '/')
  })
})

const server = createServer(app)
attachChannel(server, livePoll)
server.listen(Number(PORT), HOST, () => {
  console.log(`Listening on http://${HOST}:${(server.address() as AddressInfo).port}`)
})

process.once('SIGTERM', async () => {
  // No balancer here has to notice first. Behind one, leave out `delay`.
  await livePoll.drain({ delay: 0, spread: 1000 })
  server.close()
  server.closeAllConnections() // those that browsers keep to spare would hold it for a minute
  await Promise.all([pool.end(), client.quit()])
})
