import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createFakeNetwork } from '../../test/fake-web-socket.ts'
import { closeCodes } from '../protocol/close-codes.ts'
import { PollError } from '../protocol/poll-error.ts'
import { type ConnectionOptions, createConnection } from './connection.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const target = { url: 'ws://my.app/channel', hello: { type: 'hello', token: 'lpv_1' } } as const

function create(options: Partial<ConnectionOptions> = {}) {
  const network = createFakeNetwork()
  const calls = {
    prepare: vi.fn<ConnectionOptions['prepare']>(options.prepare ?? (async () => target)),
    onMessage: vi.fn<ConnectionOptions['onMessage']>(),
    onDown: vi.fn<ConnectionOptions['onDown']>(),
    onStopped: vi.fn<ConnectionOptions['onStopped']>(),
  }
  const connection = createConnection({ WebSocket: options.WebSocket ?? network.WebSocket, ...calls })
  return { ...network, ...calls, connection }
}

/** A connection that is up. */
async function createReady(options?: Partial<ConnectionOptions>) {
  const all = create(options)
  all.connection.connect()
  await vi.advanceTimersByTimeAsync(0)
  all.last().welcome('v')
  return all
}

describe('opening', () => {
  it('speaks the subprotocol, says hello first, and is ready with the welcome', async () => {
    const { connection, last, onMessage } = create()
    connection.connect()
    await vi.advanceTimersByTimeAsync(0)
    expect(last()).toMatchObject({ url: target.url, protocol: 'live-poll.v1', sent: [] })
    last().open()
    expect(last().sent).toEqual([target.hello])
    expect(connection.isReady).toBe(false)
    expect(connection.send({ type: 'watch', pollId: 'p' })).toBe(false)
    last().say({ type: 'welcome', voterId: 'v' })
    expect(connection.isReady).toBe(true)
    expect(onMessage).toHaveBeenCalledWith({ type: 'welcome', voterId: 'v' })
    expect(connection.send({ type: 'watch', pollId: 'p' })).toBe(true)
    expect(last().types()).toEqual(['hello', 'watch'])
  })

  it('opens one socket, however often it is told to', async () => {
    const { connection, sockets } = await createReady()
    connection.connect()
    connection.connect()
    await vi.advanceTimersByTimeAsync(20_000)
    expect(sockets).toHaveLength(1)
  })

  it('stays down while nobody needs it, until it is told again', async () => {
    const { connection, sockets, prepare } = create()
    prepare.mockResolvedValueOnce(null)
    connection.connect()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(sockets).toHaveLength(0)
    connection.connect()
    await vi.advanceTimersByTimeAsync(0)
    expect(sockets).toHaveLength(1)
  })

  it('gives up on a server that takes the connection and says nothing', async () => {
    const { connection, sockets, last, onDown } = create()
    connection.connect()
    await vi.advanceTimersByTimeAsync(0)
    last().open()
    await vi.advanceTimersByTimeAsync(15_000)
    expect(sockets[0]?.isClosed).toBe(true)
    expect(onDown).toHaveBeenCalledExactlyOnceWith(false)
    await vi.advanceTimersByTimeAsync(500)
    expect(sockets).toHaveLength(2)
  })

  it('comes back when even making the socket throws', async () => {
    let attempts = 0
    class Forbidden {
      constructor() {
        attempts++
        throw new Error('SecurityError')
      }
    }
    const { connection } = create({ WebSocket: Forbidden as never })
    connection.connect()
    await vi.advanceTimersByTimeAsync(1000)
    expect(attempts).toBeGreaterThan(1)
    connection.disconnect()
  })

  it('comes back when it cannot be prepared, and stops when that is final', async () => {
    const { connection, sockets, prepare, onStopped } = create()
    prepare.mockRejectedValueOnce(new Error('offline')).mockRejectedValueOnce(new PollError('BUSY'))
    connection.connect()
    await vi.advanceTimersByTimeAsync(500 + 1000)
    expect(prepare).toHaveBeenCalledTimes(3)
    expect(sockets).toHaveLength(1)
    prepare.mockRejectedValueOnce(new PollError('FORBIDDEN'))
    sockets[0]?.end(1006)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(onStopped).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'FORBIDDEN' }))
    expect(sockets).toHaveLength(1)
  })
})

describe('a dead line', () => {
  it('is pinged every 25 s', async () => {
    const { last, onDown, onMessage } = await createReady()
    for (let pings = 1; pings <= 4; pings++) {
      await vi.advanceTimersByTimeAsync(25_000)
      expect(
        last()
          .types()
          .filter((type) => type === 'ping'),
      ).toHaveLength(pings)
      last().say({ type: 'pong' })
    }
    expect(onDown).not.toHaveBeenCalled()
    expect(onMessage).not.toHaveBeenCalledWith({ type: 'pong' })
  })

  it('is given up 10 s after a ping that nothing answers', async () => {
    const { sockets, onDown } = await createReady()
    await vi.advanceTimersByTimeAsync(34_999)
    expect(onDown).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(sockets[0]?.isClosed).toBe(true)
    expect(onDown).toHaveBeenCalledExactlyOnceWith(true)
    await vi.advanceTimersByTimeAsync(500)
    expect(sockets).toHaveLength(2)
  })

  it('is alive as long as anything comes over it', async () => {
    const { last, onDown } = await createReady()
    for (let i = 0; i < 10; i++) {
      await vi.advanceTimersByTimeAsync(9_000)
      last().say({ type: 'error', code: 'RATE_LIMITED', message: '' })
    }
    expect(onDown).not.toHaveBeenCalled()
  })

  it('is not heard any more once it is given up: late answers are dropped', async () => {
    const { sockets, onMessage } = await createReady()
    await vi.advanceTimersByTimeAsync(35_000)
    onMessage.mockClear()
    sockets[0]?.say({ type: 'pong' })
    sockets[0]?.welcome('late')
    sockets[0]?.end(1006)
    expect(onMessage).not.toHaveBeenCalled()
  })
})

describe('coming back', () => {
  it('is quick at first, then slower and slower, up to 30 s, with full jitter', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.999)
    const { sockets, last } = await createReady()
    for (const wait of [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]) {
      const before = sockets.length
      last().end(1006)
      await vi.advanceTimersByTimeAsync(wait * 0.99)
      expect(sockets).toHaveLength(before)
      await vi.advanceTimersByTimeAsync(wait * 0.01)
      expect(sockets).toHaveLength(before + 1)
    }
  })

  it('goes on slowing down when each connection is lost again at once', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.999)
    const { sockets, last } = await createReady()
    last().end(closeCodes.TRY_LATER)
    await vi.advanceTimersByTimeAsync(500)
    last().welcome()
    last().end(closeCodes.TRY_LATER)
    await vi.advanceTimersByTimeAsync(500)
    expect(sockets).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(500)
    expect(sockets).toHaveLength(3)
  })

  it('is quick again after a connection that lasted', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.999)
    const { sockets, last } = await createReady()
    for (const wait of [500, 1000, 2000]) {
      last().end(1006)
      await vi.advanceTimersByTimeAsync(wait)
    }
    expect(sockets).toHaveLength(4)
    last().welcome()
    await vi.advanceTimersByTimeAsync(10_000)
    last().end(1006)
    await vi.advanceTimersByTimeAsync(500)
    expect(sockets).toHaveLength(5)
  })

  it.each(Object.values(closeCodes).filter((code) => ![4400, 4401, 4403].includes(code)))(
    'happens after close code %i',
    async (code) => {
      const { sockets, last, onStopped } = await createReady()
      last().end(code)
      await vi.advanceTimersByTimeAsync(500)
      expect(sockets).toHaveLength(2)
      expect(onStopped).not.toHaveBeenCalled()
    },
  )

  it.each([
    [4400, 'INVALID'],
    [4403, 'FORBIDDEN'],
  ])('does not happen after %i, until it is told again', async (code, reason) => {
    const { connection, sockets, last, onStopped } = await createReady()
    last().end(code)
    await vi.advanceTimersByTimeAsync(120_000)
    expect(sockets).toHaveLength(1)
    expect(onStopped).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: reason }))
    connection.connect()
    await vi.advanceTimersByTimeAsync(0)
    expect(sockets).toHaveLength(2)
  })

  it('asks for fresh credentials once after 4401, at once, and stops when they are refused too', async () => {
    const { sockets, last, prepare, onDown, onStopped } = await createReady()
    last().end(closeCodes.NOT_ADMITTED)
    await vi.advanceTimersByTimeAsync(0)
    expect(prepare.mock.calls).toEqual([[false], [true]])
    expect(sockets).toHaveLength(2)
    expect(onDown).toHaveBeenCalledExactlyOnceWith(true)
    last().open()
    last().end(closeCodes.NOT_ADMITTED)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(sockets).toHaveLength(2)
    expect(onStopped).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'UNAUTHENTICATED' }))
  })

  it('takes a refusal for an answer: this is where the server is', async () => {
    const { connection, last, onDown } = create()
    connection.connect()
    await vi.advanceTimersByTimeAsync(0)
    last().open()
    last().end(closeCodes.NOT_ADMITTED)
    expect(onDown).toHaveBeenCalledExactlyOnceWith(true)
  })

  it('may ask for fresh credentials again after they were once accepted', async () => {
    const { sockets, last, onStopped } = await createReady()
    for (let i = 0; i < 3; i++) {
      last().end(closeCodes.NOT_ADMITTED)
      await vi.advanceTimersByTimeAsync(0)
      last().welcome('v')
    }
    expect(sockets).toHaveLength(4)
    expect(onStopped).not.toHaveBeenCalled()
  })
})

describe('a server that goes away', () => {
  it('is left at a random moment within its spread; until then the line serves', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
    const { connection, sockets, last, onDown } = await createReady()
    last().say({ type: 'drain', spread: 20_000 })
    await vi.advanceTimersByTimeAsync(9_999)
    expect(connection.send({ type: 'unwatch', pollId: 'p' })).toBe(true)
    expect(sockets).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(sockets[0]?.isClosed).toBe(true)
    expect(onDown).toHaveBeenCalledExactlyOnceWith(true)
    expect(sockets).toHaveLength(2)
  })

  it('is not come back to earlier when it closes first', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
    const { sockets, last } = await createReady()
    last().say({ type: 'drain', spread: 20_000 })
    await vi.advanceTimersByTimeAsync(1000)
    last().end(closeCodes.RESTART)
    await vi.advanceTimersByTimeAsync(8_999)
    expect(sockets).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(sockets).toHaveLength(2)
  })
})

describe('disconnect', () => {
  it('closes for good, and leaves no timer', async () => {
    const { connection, sockets, onDown } = await createReady()
    connection.disconnect()
    expect(sockets[0]?.isClosed).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
    sockets[0]?.end(1000)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(sockets).toHaveLength(1)
    expect(onDown).not.toHaveBeenCalled()
  })

  it('voids what is still being prepared', async () => {
    const { connection, sockets } = create()
    connection.connect()
    connection.disconnect()
    await vi.advanceTimersByTimeAsync(0)
    expect(sockets).toHaveLength(0)
    connection.connect()
    connection.disconnect()
    connection.connect()
    await vi.advanceTimersByTimeAsync(0)
    expect(sockets).toHaveLength(1)
  })
})
