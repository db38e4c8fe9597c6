/** A Hono app with a poll in it, and the channel on the same port. See the README. */
import type { Server } from 'node:http'
import { serve } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import { createLivePoll } from '@live-poll/server-sdk'
import { embedded } from '@live-poll/server-sdk/embedded'
import { toFetch } from '@live-poll/server-sdk/fetch'
import { attachChannel } from '@live-poll/server-sdk/ws'
import { Hono } from 'hono'
import { createPage } from './page.ts'

const { PORT = '3000', HOST = '127.0.0.1', LIVE_POLL_DATA = '.live-poll' } = process.env

const livePoll = createLivePoll({ database: embedded({ directory: LIVE_POLL_DATA }) })
const { polls } = await livePoll.api.listPolls({ limit: 1 })
const poll = polls[0] ?? (await livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad', 'Bread'] }))

const handle = toFetch(livePoll)
const app = new Hono()
app.use(async (c, next) => {
  const { address } = getConnInfo(c).remote
  return (await handle(c.req.raw, { remoteAddress: address, raw: c })) ?? next()
})
app.get('/', (c) => c.html(createPage(poll)))

const server = serve({ fetch: app.fetch, port: Number(PORT), hostname: HOST }, ({ port }) => {
  console.log(`Listening on http://${HOST}:${port}`)
}) as Server
attachChannel(server, livePoll)

process.once('SIGTERM', async () => {
  await livePoll.close()
  server.close()
  server.closeAllConnections() // those that browsers keep to spare would hold it for a minute
})
