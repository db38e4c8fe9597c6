import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type CallEnd, createHostCalls } from './host-calls.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const timeout = 1000
const oops = new Error('oops')

function createSetup() {
  const ends: CallEnd[] = []
  const calls = createHostCalls(timeout)
  return { calls, ends, call: (run: () => unknown) => calls.call(run, (end) => void ends.push(end)) }
}

describe('a call', () => {
  it('that answers or throws at once has ended when it returns, and leaves no timer', () => {
    const { call, ends } = createSetup()
    call(() => 1)
    call(() => {
      throw oops
    })
    expect(ends).toEqual([{ value: 1 }, { error: oops }])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('that promises is told once when the promise is settled, and leaves no timer', async () => {
    const { call, ends } = createSetup()
    call(async () => 1)
    call(() => Promise.reject(oops))
    // biome-ignore lint/suspicious/noThenProperty: of another library's making
    call(() => ({ then: (resolve: (value: number) => void) => resolve(2) }))
    expect(ends).toEqual([])
    await nextTurn()
    expect(ends).toHaveLength(3)
    expect(ends).toEqual(expect.arrayContaining([{ value: 1 }, { error: oops }, { value: 2 }]))
    expect(vi.getTimerCount()).toBe(0)
  })

  it.each(['resolves', 'rejects'])('that hangs is given up, and not heard when it %s later', async (how) => {
    const { call, ends } = createSetup()
    let settle = () => {}
    call(
      () =>
        new Promise((resolve, reject) => {
          settle = () => (how === 'resolves' ? resolve(1) : reject(oops))
        }),
    )
    vi.advanceTimersByTime(timeout - 1)
    expect(ends).toEqual([])
    vi.advanceTimersByTime(1)
    expect(ends).toEqual([{ error: new Error('It took longer than 1000 ms.') }])
    settle()
    await nextTurn()
    expect(ends).toHaveLength(1)
  })

  it('ends when all are ended, and others go on as before', async () => {
    const { calls, call, ends } = createSetup()
    call(() => new Promise(() => {}))
    call(() => new Promise(() => {}))
    calls.endAll(oops)
    expect(ends).toEqual([{ error: oops }, { error: oops }])
    expect(vi.getTimerCount()).toBe(0)
    call(() => 1)
    expect(ends).toHaveLength(3)
  })
})

describe('a later call', () => {
  it('comes in a later turn', async () => {
    const { calls, ends } = createSetup()
    let isCalled = false
    calls.callLater(
      () => {
        isCalled = true
      },
      (end) => void ends.push(end),
    )
    await Promise.resolve()
    expect(isCalled).toBe(false)
    await nextTurn()
    expect(ends).toEqual([{ value: undefined }])
  })

  it('is waited for, until it has ended or its time is up', async () => {
    const { calls } = createSetup()
    let isSettled = false
    const settled = () => {
      isSettled = false
      void calls.settled().then(() => {
        isSettled = true
      })
      return nextTurn()
    }
    await settled()
    expect(isSettled, 'there is none').toBe(true)

    let resolve = () => {}
    calls.callLater(
      () =>
        new Promise<void>((done) => {
          resolve = done
        }),
      () => {},
    )
    await settled()
    expect(isSettled).toBe(false)
    resolve()
    await nextTurn()
    expect(isSettled).toBe(true)

    calls.callLater(
      () => new Promise(() => {}),
      () => {},
    )
    await settled()
    await nextTurn()
    expect(isSettled).toBe(false)
    vi.advanceTimersByTime(timeout)
    await nextTurn()
    expect(isSettled).toBe(true)
  })
})
