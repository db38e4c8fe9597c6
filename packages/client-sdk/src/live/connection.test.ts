import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createFakeConnection, createReadyConnection, target } from '../../test/fake-server.ts'
import { PollError } from '../protocol/poll-error.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('opening', () => {
  it('speaks the subprotocol, says hello first, and is ready with the welcome', async () => {
    const { connection, last, onMessage } = createFakeConnection()
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
    const { connection, sockets } = await createReadyConnection()
    connection.connect()
    connection.connect()
    await vi.advanceTimersByTimeAsync(20_000)
    expect(sockets).toHaveLength(1)
  })

  it('stays down while nobody needs it, until it is told again', async () => {
    const { connection, sockets, prepare } = createFakeConnection()
    prepare.mockResolvedValueOnce(null)
    connection.connect()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(sockets).toHaveLength(0)
    connection.connect()
    await vi.advanceTimersByTimeAsync(0)
    expect(sockets).toHaveLength(1)
  })

  it('gives up on a server that takes the connection and says nothing', async () => {
    const { connection, sockets, last, onDown } = createFakeConnection()
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
    const { connection } = createFakeConnection({ WebSocket: Forbidden as never })
    connection.connect()
    await vi.advanceTimersByTimeAsync(1000)
    expect(attempts).toBeGreaterThan(1)
    connection.disconnect()
  })

  it('comes back when it cannot be prepared, and stops when that is final', async () => {
    const { connection, sockets, prepare, onDown, onStopped } = createFakeConnection()
    prepare.mockRejectedValueOnce(new Error('offline')).mockRejectedValueOnce(new PollError('BUSY'))
    connection.connect()
    await vi.advanceTimersByTimeAsync(500 + 1000)
    expect(prepare).toHaveBeenCalledTimes(3)
    expect(sockets).toHaveLength(1)
    expect(onDown).not.toHaveBeenCalled() // no address was tried in vain
    prepare.mockRejectedValueOnce(new PollError('FORBIDDEN'))
    sockets[0]?.end(1006)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(onStopped).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'FORBIDDEN' }))
    expect(sockets).toHaveLength(1)
  })
})

describe('a dead line', () => {
  it('is pinged every 25 s', async () => {
    const { last, onDown, onMessage } = await createReadyConnection()
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
    const { sockets, onDown } = await createReadyConnection()
    await vi.advanceTimersByTimeAsync(34_999)
    expect(onDown).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(sockets[0]?.isClosed).toBe(true)
    expect(onDown).toHaveBeenCalledExactlyOnceWith(true)
    await vi.advanceTimersByTimeAsync(500)
    expect(sockets).toHaveLength(2)
  })

  it('is alive as long as anything comes over it', async () => {
    const { last, onDown } = await createReadyConnection()
    for (let i = 0; i < 10; i++) {
      await vi.advanceTimersByTimeAsync(9_000)
      last().say({ type: 'error', code: 'RATE_LIMITED', message: '' })
    }
    expect(onDown).not.toHaveBeenCalled()
  })

  it('is not heard any more once it is given up: late answers are dropped', async () => {
    const { sockets, onMessage } = await createReadyConnection()
    await vi.advanceTimersByTimeAsync(35_000)
    onMessage.mockClear()
    sockets[0]?.say({ type: 'pong' })
    sockets[0]?.welcome('late')
    sockets[0]?.end(1006)
    expect(onMessage).not.toHaveBeenCalled()
  })
})

describe('disconnect', () => {
  it('closes for good, and leaves no timer', async () => {
    const { connection, sockets, onDown } = await createReadyConnection()
    connection.disconnect()
    expect(sockets[0]?.isClosed).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
    sockets[0]?.end(1000)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(sockets).toHaveLength(1)
    expect(onDown).not.toHaveBeenCalled()
  })

  it('voids what is still being prepared', async () => {
    const { connection, sockets } = createFakeConnection()
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
