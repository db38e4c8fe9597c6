import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryRateLimiter } from './rate-limiter.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

async function takeMany(limiter: ReturnType<typeof createMemoryRateLimiter>, name: string, times: number) {
  let taken = 0
  for (let time = 0; time < times; time++) if ((await limiter.take(name)) === 0) taken++
  return taken
}

describe('a limit', () => {
  it('gives a burst at once, then as many as it says, each name its own', async () => {
    const limiter = createMemoryRateLimiter(500 / 60, 5000)
    expect(await takeMany(limiter, 'hall', 6000)).toBe(5000)
    expect(await takeMany(limiter, 'home', 1)).toBe(1)
    vi.advanceTimersByTime(60_000)
    expect(await takeMany(limiter, 'hall', 1000)).toBe(500)
  })

  it('says how long to wait: then there is one, and not before', async () => {
    const limiter = createMemoryRateLimiter(2, 1)
    expect(await limiter.take('a')).toBe(0)
    expect(await limiter.take('a')).toBe(500)
    vi.advanceTimersByTime(250)
    expect(await limiter.take('a')).toBe(250)
    vi.advanceTimersByTime(250)
    expect(await limiter.take('a')).toBe(0)
  })

  it('takes nothing where it refuses, however often it is asked', async () => {
    const limiter = createMemoryRateLimiter(1, 1)
    await limiter.take('a')
    for (let time = 0; time < 100; time++) await limiter.take('a')
    vi.advanceTimersByTime(1000)
    expect(await limiter.take('a')).toBe(0)
  })
})

describe('a name', () => {
  it('that has rested until its burst is whole is as one that never came', async () => {
    const limiter = createMemoryRateLimiter(1, 10)
    await takeMany(limiter, 'a', 10)
    vi.advanceTimersByTime(10_001)
    await limiter.take('b')
    expect(await takeMany(limiter, 'a', 20)).toBe(10)
  })

  it('is not forgotten while others come, as long as its burst is not whole', async () => {
    const limiter = createMemoryRateLimiter(1, 10)
    await takeMany(limiter, 'a', 10)
    for (let second = 0; second < 9; second++) {
      vi.advanceTimersByTime(1000)
      await limiter.take(`other ${second}`)
    }
    expect(await takeMany(limiter, 'a', 20)).toBe(9)
  })

  it('goes where there are too many: the one that was idle longest', async () => {
    const limiter = createMemoryRateLimiter(0.001, 1)
    await limiter.take('first')
    await limiter.take('second')
    for (let index = 0; index < 99_998; index++) await limiter.take(`n${index}`)
    expect(await limiter.take('first'), 'all are known still').toBeGreaterThan(0)
    await limiter.take('one more')
    expect(await limiter.take('first'), 'it has come since').toBeGreaterThan(0)
    expect(await limiter.take('second'), 'forgotten').toBe(0)
  })
})
