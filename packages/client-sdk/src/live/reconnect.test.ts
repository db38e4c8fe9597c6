import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createFakeConnection, createReadyConnection, type FakeNetwork } from '../../test/fake-server.ts'
import { closeCodes } from '../protocol/close-codes.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('coming back', () => {
  /** Sees that each wait, once the line is lost, is as long as it can be: the full jitter is at its upper end. */
  async function expectWaits({ sockets, last }: FakeNetwork, waits: readonly number[]): Promise<void> {
    for (const wait of waits) {
      const before = sockets.length
      last().end(1006)
      await vi.advanceTimersByTimeAsync(wait * 0.99)
      expect(sockets).toHaveLength(before)
      await vi.advanceTimersByTimeAsync(wait * 0.01)
      expect(sockets).toHaveLength(before + 1)
    }
  }
  const slower = [4000, 8000, 16_000, 30_000, 30_000]
  const aMinute = [500, 1000, ...Array.from({ length: 39 }, () => 1500)]
  const slowerThen = [3000, 6000, 12_000, 24_000, 30_000, 30_000]

  it('is quick at first, then slower and slower, up to 30 s, with full jitter', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1)
    const { connection, ...network } = createFakeConnection()
    connection.connect()
    await vi.advanceTimersByTimeAsync(0)
    await expectWaits(network, [500, 1000, 2000, ...slower])
  })

  it('waits 1.5 s at most in the minute after a line that was up is lost', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1)
    await expectWaits(await createReadyConnection(), [...aMinute, ...slowerThen])
  })

  it('does not hurry when the server asks for patience', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1)
    const network = await createReadyConnection()
    network.last().end(closeCodes.TRY_LATER)
    await vi.advanceTimersByTimeAsync(500)
    await expectWaits(network, [1000, 2000, ...slower])
  })

  it('hurries no more once the server is back and asks for patience', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1)
    const network = await createReadyConnection()
    await expectWaits(network, [500, 1000, 1500, 1500])
    const before = network.sockets.length
    network.last().end(closeCodes.TRY_LATER)
    await vi.advanceTimersByTimeAsync(2999)
    expect(network.sockets).toHaveLength(before)
    await vi.advanceTimersByTimeAsync(1)
    expect(network.sockets).toHaveLength(before + 1)
  })

  it('does not hurry again and again where every line is lost at once', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1)
    const network = await createReadyConnection()
    await expectWaits(network, aMinute)
    network.last().welcome()
    await expectWaits(network, [3000, 6000])
  })

  it('gives up early on an attempt into the void after a line that opened fast', async () => {
    const { sockets } = await createReadyConnection()
    sockets[0]?.end(1006)
    await vi.advanceTimersByTimeAsync(500)
    expect(sockets).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(2000)
    expect(sockets).toHaveLength(3)
  })

  it('goes on slowing down when each connection is lost again at once', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.999)
    const { sockets, last } = await createReadyConnection()
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
    const { sockets, last } = await createReadyConnection()
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
      const { sockets, last, onStopped } = await createReadyConnection()
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
    const { connection, sockets, last, onStopped } = await createReadyConnection()
    last().end(code)
    await vi.advanceTimersByTimeAsync(120_000)
    expect(sockets).toHaveLength(1)
    expect(onStopped).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: reason }))
    connection.connect()
    await vi.advanceTimersByTimeAsync(0)
    expect(sockets).toHaveLength(2)
  })

  it('asks for fresh credentials once after 4401, at once, and stops when they are refused too', async () => {
    const { sockets, last, prepare, onDown, onStopped } = await createReadyConnection()
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
    const { connection, last, onDown } = createFakeConnection()
    connection.connect()
    await vi.advanceTimersByTimeAsync(0)
    last().open()
    last().end(closeCodes.NOT_ADMITTED)
    expect(onDown).toHaveBeenCalledExactlyOnceWith(true)
  })

  it('may ask for fresh credentials again after they were once accepted', async () => {
    const { sockets, last, onStopped } = await createReadyConnection()
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
    const { connection, sockets, last, onDown } = await createReadyConnection()
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
    const { sockets, last } = await createReadyConnection()
    last().say({ type: 'drain', spread: 20_000 })
    await vi.advanceTimersByTimeAsync(1000)
    last().end(closeCodes.RESTART)
    await vi.advanceTimersByTimeAsync(8_999)
    expect(sockets).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(sockets).toHaveLength(2)
  })
})
