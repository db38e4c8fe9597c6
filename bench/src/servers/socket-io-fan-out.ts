/** Results shown with Socket.IO, to a room. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { answerFanOut, resultsOf } from './fan-out.ts'

const server = createServer()
const io = new Server(server, { transports: ['websocket'], perMessageDeflate: false, serveClient: false })
let people = 0

io.on('connection', (socket) => {
  socket.data.userId = `user-${++people}`
  socket.on('watch', async (pollId: string) => {
    await socket.join(pollId)
    socket.emit('poll', { id: pollId, vote: null })
  })
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

answerFanOut((server.address() as AddressInfo).port, (version) => {
  io.to('p_0000000000000000').emit('results', JSON.parse(resultsOf(version)))
})
