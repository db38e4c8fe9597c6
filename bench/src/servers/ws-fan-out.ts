/** Results shown with the `ws` library: encoded once, framed for each. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { answerFanOut, resultsOf } from './fan-out.ts'

interface Session {
  readonly userId: string
  readonly watched: Set<string>
}

const server = createServer()
const sockets = new WebSocketServer({ server, perMessageDeflate: false })
const sessions = new Map<WebSocket, Session>()
let people = 0

sockets.on('connection', (socket) => {
  const session: Session = { userId: `user-${++people}`, watched: new Set() }
  sessions.set(socket, session)
  socket.on('message', (data) => {
    const { pollId } = JSON.parse(String(data)) as { pollId: string }
    session.watched.add(pollId)
    socket.send(JSON.stringify({ type: 'poll', poll: { id: pollId }, vote: null }))
  })
  socket.on('error', () => {})
  socket.on('close', () => sessions.delete(socket))
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

answerFanOut((server.address() as AddressInfo).port, (version) => {
  const bytes = Buffer.from(resultsOf(version))
  for (const socket of sessions.keys()) socket.send(bytes, { binary: false })
})
