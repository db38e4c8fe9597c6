/** An app that lives on Socket.IO, with polls on a namespace of their own. See the README. */
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLivePoll } from '@live-poll/server-sdk'
import { embedded } from '@live-poll/server-sdk/embedded'
import { socketIo } from '@live-poll/server-sdk/socket-io'
import express from 'express'
import { Server } from 'socket.io'

const { PORT = '3000', HOST = '127.0.0.1', LIVE_POLL_DATA = '.live-poll' } = process.env

const livePoll = createLivePoll({ database: embedded({ directory: LIVE_POLL_DATA }) })
const { polls } = await livePoll.api.listPolls({ limit: 1 })
const poll = polls[0] ?? (await livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad', 'Bread'] }))

const app = express()
app.get('/', (request, response, next) => {
  // Stands for the session that an app has: whoever has this cookie is one visitor.
  if (!visitorOf(request.headers.cookie)) {
    response.cookie('visitor', randomUUID(), { httpOnly: true, sameSite: 'lax', maxAge: 30 * 86_400_000 })
  }
  next()
})
app.get('/poll', (_, response) => void response.json({ id: poll.id }))
app.use(express.static(new URL('../public', import.meta.url).pathname))

const server = createServer(app)
const io = new Server(server)

// What the app has done before.
io.on('connection', (socket) => {
  const count = () => io.emit('online', io.of('/').sockets.size)
  count()
  socket.on('disconnect', count)
})

const channel = io.of('/live-poll')
channel.use((socket, next) => {
  socket.data.user = visitorOf(socket.handshake.headers.cookie)
  next()
})
socketIo(channel, livePoll, { identify: (socket) => socket.data.user && { id: socket.data.user } })

function visitorOf(cookie = ''): string | undefined {
  return /(?:^|; )visitor=([\w-]{36})(?:;|$)/.exec(cookie)?.[1]
}

server.listen(Number(PORT), HOST, () => {
  console.log(`Listening on http://${HOST}:${(server.address() as AddressInfo).port}`)
})

process.once('SIGTERM', async () => {
  await livePoll.close()
  const closed = io.close() // and the server with it
  server.closeAllConnections() // those that browsers keep to spare would hold it for a minute
  await closed
})
