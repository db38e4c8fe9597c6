import type { ChannelServer, LivePoll } from '@live-poll/server-sdk'
import type { Server } from 'socket.io'
import { Manager, type Socket } from 'socket.io-client'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createRecordingLogger } from '../recording-logger.ts'
import { type ServedSocketIo, serveSocketIo } from '../servers/serve-socket-io.ts'
import { type Refusal, type SocketIoVisitor, visitSocketIo } from '../socket-io-socket.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import { createPoll, newVoter, readResults, visitAsVoter } from './channel-visitor.ts'

let running: RunningLivePoll
beforeAll(async () => {
  running = await startLivePoll()
})
afterAll(() => running.stop())

let served: ServedSocketIo | undefined
afterEach(async () => {
  await served?.close()
  served = undefined
})
const serve = async (...options: Parameters<typeof serveSocketIo> extends [unknown, ...infer Rest] ? Rest : never) => {
  served = await serveSocketIo(running.livePoll, ...options)
  return served
}

/** A new voter's socket. */
async function visitAsNew(url = running.channelUrls['Socket.IO'], options = {}): Promise<SocketIoVisitor> {
  const visitor = await visitSocketIo(url, options)
  visitor.socket.emit('message', { type: 'hello', ticket: (await newVoter(running)).ticket })
  await visitor.take('welcome')
  return visitor
}

const ask = (socket: Socket, message: unknown) => socket.timeout(10_000).emitWithAck('message', message)

describe('The acknowledgement of a vote', () => {
  it('gets what was committed, or why it was not, and no message comes besides', async () => {
    const { id } = await createPoll(running)
    const { socket, untaken, take } = await visitAsNew()
    const vote = { type: 'vote', voteId: 'v', pollId: id, choices: [1] }
    const voted = { type: 'voted', voteId: 'v', pollId: id, revision: 1, epoch: 1 }
    expect(await ask(socket, vote)).toEqual(voted)
    expect(await ask(socket, JSON.stringify(vote)), 'as text').toEqual({ ...voted, duplicate: true })
    const rejected = { type: 'rejected', voteId: 'w', pollId: id }
    expect(await ask(socket, { ...vote, voteId: 'w', choices: [9] })).toMatchObject({ ...rejected, code: 'INVALID' })
    expect(await ask(socket, { ...vote, voteId: 'w', revision: 7 })).toMatchObject({
      ...{ ...rejected, code: 'REVISION_CONFLICT', revision: 1 },
    })
    expect(await ask(socket, { ...vote, voteId: 'w', choices: 'Soup' })).toMatchObject({ ...rejected, code: 'INVALID' })
    expect(await ask(socket, { ...vote, voteId: undefined })).toMatchObject({ type: 'error', code: 'INVALID' })
    expect(await ask(socket, '{')).toMatchObject({ type: 'error', code: 'BAD_JSON' })
    expect(untaken).toEqual([])

    socket.emit('message', { ...vote, voteId: 'x', choices: [2] })
    expect(await take('voted'), 'without one it is a message').toMatchObject({ voteId: 'x', revision: 2 })
    socket.disconnect()
  })

  it('gets one answer for each, also where one vote is sent many times at once', async () => {
    const { id } = await createPoll(running)
    const { socket, untaken } = await visitAsNew()
    const vote = { type: 'vote', voteId: 'v', pollId: id, choices: [1] }
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(socket, vote)))
    expect(answers.map(({ duplicate = false }) => duplicate)).toEqual([false, ...Array(9).fill(true)])
    expect(untaken).toEqual([])
    expect(await readResults(running, id)).toMatchObject({ voters: 1 })
    socket.disconnect()
  })
})

describe('The host’s own users', () => {
  /** The host's own middleware: who has connected stands in what the client shows. */
  const knowUser = (io: Server) =>
    io.of(running.livePoll.channel.path).use((socket, next) => {
      socket.data.user = socket.handshake.auth.user
      next()
    })

  it('are voters without a hello, the same as everywhere else', async () => {
    const { id } = await createPoll(running, { canChange: false })
    const identify = (socket: { data: { user?: string } }) => socket.data.user !== undefined && { id: socket.data.user }
    const { channelUrl } = await serve({}, { identify }, knowUser)
    const { socket, take } = await visitSocketIo(channelUrl, { auth: { user: 'ada' } })
    expect(await take('welcome')).toEqual({ type: 'welcome', voterId: 'ada' })
    expect(await ask(socket, { type: 'vote', voteId: 'v', pollId: id, choices: [2] })).toMatchObject({ revision: 1 })
    const again = running.livePoll.api.castVote({ pollId: id, voter: 'ada', choices: [1] })
    await expect(again).rejects.toMatchObject({ code: 'ALREADY_VOTED' })
    socket.emit('message', { type: 'hello', ticket: (await newVoter(running)).ticket })
    expect(await take('error'), 'and nobody else afterwards').toMatchObject({ code: 'INVALID' })

    const visitor = await visitSocketIo(channelUrl)
    expect(await visitor.take('welcome'), 'nobody').toEqual({ type: 'welcome', voterId: null })
    visitor.socket.emit('message', { type: 'watch', pollId: id })
    await visitor.take('poll')
    visitor.socket.emit('message', { type: 'hello', ticket: (await newVoter(running)).ticket })
    expect(await ask(visitor.socket, { type: 'vote', voteId: 'v', pollId: id, choices: [1] })).toMatchObject({
      ...{ type: 'voted', revision: 1 },
    })
    for (const one of [socket, visitor.socket]) one.disconnect()
  })

  it('may send while it is found out who they are', async () => {
    const { id } = await createPoll(running)
    let letGo = () => {}
    const known = new Promise<void>((resolve) => {
      letGo = resolve
    })
    const { io, channelUrl } = await serve({}, { identify: () => known.then(() => ({ id: 'bob' })) })
    io.of(running.livePoll.channel.path).on('connection', (socket) => socket.on('are you there', (done) => done()))
    const { socket, take, untaken } = await visitSocketIo(channelUrl)
    socket.emit('message', { type: 'watch', pollId: id })
    const answer = ask(socket, { type: 'vote', voteId: 'v', pollId: id, choices: [1] })
    await socket.timeout(10_000).emitWithAck('are you there')
    expect(untaken).toEqual([])
    letGo()
    expect(await take('welcome')).toMatchObject({ voterId: 'bob' })
    expect(await answer).toMatchObject({ type: 'voted' })
    await take('poll')
    socket.disconnect()
  })

  it('are sent away with 1013 where it cannot be found out, and the log says why', async () => {
    const logger = createRecordingLogger()
    const cause = new Error('The sessions are away.')
    const { channelUrl } = await serve({}, { identify: () => Promise.reject(cause), logger })
    const { closed } = await visitSocketIo(channelUrl)
    expect(await closed).toEqual({ code: 1013, reason: 'not ready' })
    expect(logger.errors).toHaveLength(1)
  })
})

describe('What only Socket.IO lets one send', () => {
  const nested = (depth: number) => {
    let value: unknown = 0
    for (let level = 0; level < depth; level++) value = [value]
    return value
  }
  it.each([
    ['a number', () => 7, 'INVALID'],
    ['nothing', () => null, 'INVALID'],
    ['an array of a message', () => [{ type: 'ping' }], 'INVALID'],
    ['an object of no type', () => ({}), 'INVALID'],
    ['bytes', () => Buffer.from('{"type":"ping"}'), 1003],
    ['bytes in a message', () => ({ type: 'ping', more: { bytes: Buffer.from('x') } }), 1003],
    ['more values than a message holds', () => ({ type: 'ping', more: Array(10_000).fill(0) }), 1003],
    ['values in values', () => nested(500), 'INVALID'],
    ['values in values beyond what can be read', () => nested(4000), 1003],
  ])('is answered as what it is: %s', async (_, make, outcome) => {
    const { socket, take, closed } = await visitAsNew()
    socket.emit('message', make())
    if (typeof outcome === 'number') expect((await closed).code).toBe(outcome)
    else expect(await take('error')).toMatchObject({ code: outcome })
    socket.disconnect()
  })

  it('one attachment, named 30,000 times, is not written out', async () => {
    const { socket, ws, closed } = await visitAsNew()
    const named = Array(30_000).fill('{"_placeholder":true,"num":0}')
    ws.send(`451-${running.livePoll.channel.path},["message",{"type":"ping","x":[${named}]}]`)
    ws.send(Buffer.alloc(900_000))
    expect((await closed).code).toBe(1003)
    socket.disconnect()
  })

  it('an event without a message, or of another name, harms nobody', async () => {
    const { socket, closed } = await visitAsNew()
    socket.emit('vote', { type: 'vote' })
    socket.emit('error', 'mine')
    expect(await ask(socket, { type: 'unknown' })).toMatchObject({ type: 'error', code: 'INVALID' })
    socket.emit('message', () => {})
    expect((await closed).code).toBe(1003)
  })
})

it('shares its connection with the host’s other namespaces, which outlive a close', async () => {
  const { io, channelUrl } = await serve()
  io.of('/chat').on('connection', (socket) => socket.on('say', (text, done) => done(`You said ${text}.`)))
  const manager = new Manager(new URL(channelUrl).origin, { transports: ['websocket'], reconnection: false })
  const [chat, polls] = [manager.socket('/chat'), manager.socket(new URL(channelUrl).pathname)]
  const told = new Promise((resolve) => polls.on('closed', resolve))
  const gone = new Promise((resolve) => polls.on('disconnect', resolve))
  for (let n = 0; n < 5; n++) polls.emit('message', '{')
  expect(await told).toMatchObject({ code: 4400 })
  expect(await gone).toBe('io server disconnect')
  expect(await chat.timeout(10_000).emitWithAck('say', 'hello')).toBe('You said hello.')
  expect(io.engine.clientsCount).toBe(1)
  chat.disconnect()
})

it('refuses a page of a foreign origin by code, and only the channel’s namespace does', async () => {
  const { io, channelUrl } = await serve()
  io.of('/chat')
  const options = { extraHeaders: { origin: 'https://elsewhere.example' } }
  const refused = await visitSocketIo(channelUrl, options).catch((error: Refusal) => error.data)
  expect(refused).toEqual({ code: 'ORIGIN_NOT_ALLOWED' })
  const chat = await visitSocketIo(`${new URL(channelUrl).origin}/chat`, options)
  chat.socket.disconnect()
})

it('works over long polling, too', async () => {
  const { id } = await createPoll(running)
  const { socket, take, closed } = await visitAsNew(undefined, { transports: ['polling'] })
  socket.emit('message', { type: 'watch', pollId: id })
  await take('poll')
  expect(await ask(socket, { type: 'vote', voteId: 'v', pollId: id, choices: [1] })).toMatchObject({ type: 'voted' })
  expect(await take('results')).toMatchObject({ voters: 1 })
  for (let n = 0; n < 5; n++) socket.emit('message', '{')
  expect((await closed).code).toBe(4400)
})

it('a connection that Socket.IO recovers begins anew here', async () => {
  const { id } = await createPoll(running)
  const { io, channelUrl } = await serve({ connectionStateRecovery: {} })
  const { socket, take, untaken } = await visitAsNew(channelUrl, { reconnection: true, reconnectionDelay: 10 })
  const watch = async () => {
    socket.emit('message', { type: 'watch', pollId: id })
    await take('poll')
  }
  await watch()
  socket.io.engine.close()
  await vi.waitFor(() => expect(socket.recovered).toBe(true), 10_000)
  const [there] = io.of(running.livePoll.channel.path).sockets.values()
  expect([...(there?.rooms ?? [])]).toEqual([socket.id])

  const other = await visitAsVoter(running, 'ws')
  other.send({ type: 'watch', pollId: id })
  await other.take('poll')
  other.send({ type: 'vote', voteId: 'v', pollId: id, choices: [1] })
  await other.take('results', ({ voters }) => voters === 1)
  socket.emit('message', { type: 'ping' })
  await take('pong')
  expect(untaken, 'nothing is watched').toEqual([])
  socket.emit('message', { type: 'hello' })
  await take('welcome')
  await watch()
  socket.disconnect()
  await other.close()
})

describe('One who does not read', () => {
  const unlimited = 1024 ** 3
  const generous = { messageBurst: unlimited, slowBytes: unlimited, fullBytes: unlimited, slowTime: unlimited }

  /** @param wrap what the Socket.IO server is attached to, in place of the channel itself */
  async function startSlow(limits: object, wrap = (channel: LivePoll['channel']) => channel) {
    const limited = await startLivePoll({ directory: running.directory, channel: { ...generous, ...limits } })
    const { livePoll } = limited
    const { io, channelUrl, close } = await serveSocketIo({ ...livePoll, channel: wrap(livePoll.channel) })
    const choices = Array.from({ length: 200 }, (_, index) => `${'昼'.repeat(60)} ${index}`)
    const { id } = await livePoll.api.createPoll({ question: 'Large?', choices })
    const visitor = await visitSocketIo(channelUrl)
    visitor.socket.emit('message', { type: 'hello' })
    await visitor.take('welcome')
    visitor.ws.pause()
    // Until the buffers of the network (some megabytes) and then those of the server fill up.
    for (let time = 0; time < 400; time++) visitor.socket.emit('message', { type: 'watch', pollId: id })
    return {
      ...{ id, io, channelUrl, visitor },
      async stop() {
        visitor.ws.terminate()
        await close()
        await limited.stop()
      },
    }
  }

  it('has the connection ended, if not even why they were closed gets through', async () => {
    const { io, stop } = await startSlow({ fullBytes: 2 * 1024 ** 2 }) // more than the network then still takes
    await vi.waitFor(() => expect(io.engine.clientsCount).toBe(0), 10_000)
    await stop()
  })

  it('is left out of what is published while too much waits, and nobody else is', async () => {
    let waiting = () => 0
    let publish: ChannelServer['publish'] = () => {}
    const { id, channelUrl, visitor, stop } = await startSlow({}, (channel) => ({
      ...{ ...channel, mostBuffered: 1000 },
      attach(server) {
        publish = server.publish
        return channel.attach(server)
      },
      open(socket) {
        if (waiting() === 0) waiting = () => socket.buffered()
        return channel.open(socket)
      },
    }))
    await vi.waitFor(() => expect(waiting()).toBeGreaterThan(1000), 10_000)
    const reader = await visitSocketIo(channelUrl)
    reader.socket.emit('message', { type: 'hello' })
    reader.socket.emit('message', { type: 'watch', pollId: id })
    await reader.take('poll')
    const frame = (version: number) => JSON.stringify({ type: 'results', pollId: id, version })
    publish(`results/${id}`, frame(1000))
    expect(await reader.take('results', ({ version }) => version === 1000)).toBeDefined()
    visitor.ws.resume()
    await vi.waitFor(() => expect(waiting()).toBe(0), 10_000)
    publish(`results/${id}`, frame(1001))
    await visitor.take('results', ({ version }) => version === 1001)
    const versions = visitor.untaken.map((message) => message.type === 'results' && message.version)
    expect(versions).not.toContain(1000)
    reader.socket.disconnect()
    await stop()
  })
})

it('leaves the namespace as it was when it is detached', async () => {
  const { io, channelUrl, detach } = await serve()
  const before = await visitSocketIo(channelUrl)
  detach()
  before.socket.emit('message', { type: 'hello' })
  await before.take('welcome')
  const namespace = io.of(running.livePoll.channel.path)
  expect(namespace.listenerCount('connection')).toBe(0)
  const own = new Promise((resolve) => namespace.on('connection', (socket) => socket.on('message', resolve)))
  const after = await visitSocketIo(channelUrl, { extraHeaders: { origin: 'https://elsewhere.example' } })
  after.socket.emit('message', 'of the host')
  expect(await own).toBe('of the host')
  for (const { socket } of [before, after]) socket.disconnect()
})

it('has told the log of nothing', () => {
  expect(running.logger.errors).toEqual([])
})
