/** Serves the built page, and its poll. See the README. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLivePoll } from '@live-poll/server-sdk'
import { embedded } from '@live-poll/server-sdk/embedded'
import { toExpress } from '@live-poll/server-sdk/express'
import { attachChannel } from '@live-poll/server-sdk/ws'
import express from 'express'

const { PORT = '3000', HOST = '127.0.0.1', LIVE_POLL_DATA = '.live-poll' } = process.env

const livePoll = createLivePoll({ database: embedded({ directory: LIVE_POLL_DATA }) })
const { polls } = await livePoll.api.listPolls({ limit: 1 })
const poll = polls[0] ?? (await livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad', 'Bread'] }))

const app = express()
app.use(toExpress(livePoll))
app.get('/poll', (_, response) => void response.json({ id: poll.id }))
app.use(express.static(new URL('../dist', import.meta.url).pathname))

const server = createServer(app)
attachChannel(server, livePoll)
server.listen(Number(PORT), HOST, () => {
  console.log(`Listening on http://${HOST}:${(server.address() as AddressInfo).port}`)
})

process.once('SIGTERM', async () => {
  await livePoll.close()
  server.close()
  server.closeAllConnections() // those that browsers keep to spare would hold it for a minute
})
