import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createPollingPage, createStreamingPage } from '../../test/blocked-page.ts'
import { createPage, pollMessage } from '../../test/fake-server.ts'

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(0.999)
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const events = 'GET /polls/lunch/events'
const poll = 'GET /polls/lunch'

describe('while the server answers UNAVAILABLE', () => {
  it('a stream that it refused is asked for again, and the poll in its place only until then', async () => {
    const { http, now, settle } = await createStreamingPage()
    http.isUnavailable = true
    http.openStreams[0]?.end()
    await settle()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(now().transport).toBe('none')
    expect(http.log.slice(-2)).toEqual([events, poll])
    http.isUnavailable = false
    http.log.length = 0
    await vi.advanceTimersByTimeAsync(2000)
    expect(http.openStreams).toHaveLength(1)
    expect(http.log).toEqual([events])
  })

  it.each(['refused', 'held back'] as const)(
    'one that something between has spoilt (%s) is not: the server is there',
    async (streaming) => {
      const { http, now } = await createPollingPage()
      http.streaming = streaming
      http.isUnavailable = true
      await vi.advanceTimersByTimeAsync(20_000)
      expect(now()).toMatchObject({ transport: 'none', status: 'ready' })
      expect(http.log.length).toBeGreaterThan(5)
      expect(new Set(http.log)).toEqual(new Set([poll]))
      http.isUnavailable = false
      await vi.advanceTimersByTimeAsync(2000)
      expect(now().transport).toBe('polling')
      await vi.advanceTimersByTimeAsync(60_000)
      expect(http.log, 'a minute after the last').toContain(events)
    },
  )

  it('one that was held back first is not, either', async () => {
    const page = createPage()
    page.http.streaming = 'held back'
    const { now } = page.watch()
    await page.settle()
    await page.block()
    page.http.isUnavailable = true
    await vi.advanceTimersByTimeAsync(20_000)
    expect(page.http.streams).toHaveLength(1)
    page.http.isUnavailable = false
    await vi.advanceTimersByTimeAsync(4000)
    expect(now().transport).toBe('polling')
    expect(page.http.streams).toHaveLength(1)
  })
})

it('While nothing answers at all a stream is tried with the poll: the line that comes back may be another one', async () => {
  const { http, now, settle } = await createPollingPage()
  http.isDown = true
  await vi.advanceTimersByTimeAsync(5000)
  http.isDown = false
  http.streaming = 'served'
  await vi.advanceTimersByTimeAsync(2000)
  http.openStreams[0]?.say(pollMessage())
  await settle()
  expect(now().transport).toBe('sse')
})
