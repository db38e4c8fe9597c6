import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { toNodeHandler } from '@live-poll/server-sdk/node'
import { attachChannel } from '@live-poll/server-sdk/ws'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { listen } from '../listeners.ts'
import { openRawSocket } from '../raw-socket.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'

let running: RunningLivePoll
beforeAll(async () => {
  running = await startLivePoll()
})
afterAll(() => running.stop())

const upgrade = (path: string, headers: Record<string, string> = {}) =>
  [
    `GET ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    'connection: upgrade',
    'upgrade: websocket',
    'sec-websocket-version: 13',
    'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '\r\n',
  ].join('\r\n')

/** Sends a request as it is. @returns the first line of the answer */
async function ask(origin: string, request: string): Promise<string> {
  const { hostname, port } = new URL(origin)
  const socket = connect(Number(port), hostname)
  socket.write(request)
  const [data] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  return String(data).split('\r\n')[0] ?? ''
}

it('shares its port with other sockets of the host, on other paths', async () => {
  const http = await listen(toNodeHandler(running.livePoll))
  const own = new WebSocketServer({ noServer: true })
  own.on('connection', (socket) => void socket.close(4000, 'of the host'))
  http.server.on('upgrade', (request, socket, head) => {
    if (request.url === '/chat') own.handleUpgrade(request, socket, head, (client) => own.emit('connection', client))
  })
  attachChannel(http.server, running.livePoll)
  const chat = await openRawSocket(`${http.origin.replace('http', 'ws')}/chat`, { protocols: [] })
  expect(await chat.closed).toEqual({ code: 4000, reason: 'of the host' })
  const channel = await openRawSocket(`${http.origin.replace('http', 'ws')}/live-poll/channel?v=1`)
  channel.send({ type: 'hello' })
  await channel.take('welcome')
  await channel.close()
  await http.close()
})

it('answers an upgrade that is nobody’s', async () => {
  for (const path of ['/', '/chat', '/live-poll', '/live-poll/channel/x', '/live-poll/channels']) {
    expect(await ask(running.origin, upgrade(path))).toBe('HTTP/1.1 404 Not Found')
  }
})

it('refuses a handshake that is none', async () => {
  const request = upgrade('/live-poll/channel').replace('sec-websocket-version: 13', 'sec-websocket-version: 99')
  expect(await ask(running.origin, request)).toBe('HTTP/1.1 400 Bad Request')
})

it('leaves the port as it was when it is detached', async () => {
  const http = await listen(toNodeHandler(running.livePoll))
  const detach = attachChannel(http.server, running.livePoll)
  const url = `${http.origin.replace('http', 'ws')}/live-poll/channel`
  const socket = await openRawSocket(url)
  detach()
  expect(http.server.listenerCount('upgrade')).toBe(0)
  await expect(openRawSocket(url)).rejects.toThrow('404')
  socket.send({ type: 'hello' })
  await socket.take('welcome')
  await socket.close()
  await http.close()
})

it.each([
  ['refused for its origin', upgrade('/live-poll/channel', { origin: 'https://elsewhere.example' })],
  ['of another path', upgrade('/chat')],
  ['accepted', upgrade('/live-poll/channel')],
  ['broken off in the middle', upgrade('/live-poll/channel').slice(0, 60)],
])('survives clients who are gone before their upgrade is answered: %s', async (_, request) => {
  const { hostname, port } = new URL(running.origin)
  const sockets: Socket[] = []
  for (let client = 0; client < 50; client++) {
    const socket = connect(Number(port), hostname)
    sockets.push(socket)
    socket.on('error', () => {})
    await once(socket, 'connect')
    socket.write(request)
    socket.resetAndDestroy()
  }
  await Promise.all(sockets.map((socket) => socket.closed || once(socket, 'close')))
  expect((await fetch(`${running.origin}/live-poll/health/live`)).status).toBe(200)
})
