import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createPollingPage, createStreamingPage, sayOnStream } from '../../test/blocked-page.ts'
import { createPage, own, pollMessage, samplePoll, sampleResults } from '../../test/fake-server.ts'

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(0.999)
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const events = 'GET /polls/lunch/events'

describe('the way down', () => {
  it('goes to a stream once every address has failed to open', async () => {
    const page = createPage()
    page.polls.set('lunch', samplePoll({ channelUrl: 'wss://blocked.my.app/' }))
    const { now } = page.watch()
    await page.settle()
    await page.block()
    expect(page.http.streams).toEqual([])
    expect(now().transport).toBe('none')
    await vi.advanceTimersByTimeAsync(500)
    expect(page.last().url).toBe('ws://my.app/live-poll/channel')
    await page.block()
    expect(page.http.log.at(-1)).toBe(events)
    expect(now().transport).toBe('none')
    sayOnStream(page, { results: sampleResults() })
    await page.settle()
    expect(now()).toMatchObject({ transport: 'sse', results: { version: 0 } })
    page.http.openStreams[0]?.say({ type: 'results', ...sampleResults({ version: 1, votes: [1, 0], voters: 1 }) })
    await page.settle()
    expect(now().results?.votes).toEqual([1, 0])
  })

  it('is not taken when a line that worked is cut, but when none opens for long', async () => {
    const page = createPage()
    const { now } = page.watch()
    await page.settle()
    page.last().welcome()
    await page.block()
    await vi.advanceTimersByTimeAsync(500)
    await page.block()
    await vi.advanceTimersByTimeAsync(1000)
    await page.block()
    expect(page.http.streams).toEqual([])
    await vi.advanceTimersByTimeAsync(2000)
    await page.block()
    expect(page.http.streams).toHaveLength(1)
    sayOnStream(page)
    await page.settle()
    expect(now().transport).toBe('sse')
  })

  it('is not taken where a server answers, and asks for patience', async () => {
    const page = createPage()
    const { now } = page.watch()
    await page.settle()
    for (const wait of [500, 1000, 2000, 4000, 8000, 16_000, 30_000]) {
      page.last().open()
      page.last().end(1013)
      await vi.advanceTimersByTimeAsync(wait)
    }
    expect(page.http.streams).toEqual([])
    page.last().welcome()
    expect(now().transport).toBe('websocket')
  })

  it('ends as soon as a WebSocket opens', async () => {
    const { sockets, last, http, now } = await createStreamingPage()
    expect(sockets).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(500)
    expect(sockets).toHaveLength(2)
    expect(now().transport).toBe('sse')
    last().welcome()
    await vi.advanceTimersByTimeAsync(0)
    expect(http.openStreams).toEqual([])
    expect(now().transport).toBe('websocket')
    expect(last().types()).toEqual(['hello', 'watch'])
    expect(http.streams).toHaveLength(1)
  })

  it('leaves no timer and no stream when the client is closed', async () => {
    const { client, http, settle } = await createStreamingPage()
    client.close()
    await settle()
    expect(http.openStreams).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a stream', () => {
  it('that ends is opened again within half a second', async () => {
    const { http, now, settle } = await createStreamingPage()
    http.openStreams[0]?.end()
    await settle()
    expect(now()).toMatchObject({ transport: 'none', status: 'ready' })
    await vi.advanceTimersByTimeAsync(500)
    expect(http.openStreams).toHaveLength(1)
  })

  it('that was lost with the whole line is opened when the line is back, and nothing asked in its place', async () => {
    const { http, now, settle } = await createStreamingPage()
    http.isDown = true
    http.openStreams[0]?.end()
    await settle()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(now().transport).toBe('none')
    http.isDown = false
    http.log.length = 0
    await vi.advanceTimersByTimeAsync(2000)
    expect(http.openStreams).toHaveLength(1)
    expect(http.log).not.toContain('GET /polls/lunch')
  })

  it('that ends again and again is opened every 2 s at the least, for a minute', async () => {
    const { http, settle } = await createStreamingPage()
    for (let i = 0; i < 6; i++) {
      http.openStreams[0]?.end()
      await settle()
      await vi.advanceTimersByTimeAsync(2000)
      expect(http.openStreams).toHaveLength(1)
      http.openStreams[0]?.say(pollMessage())
      await settle()
    }
  })

  it('lives by the server’s comments, and is given up after 35 s of silence', async () => {
    const { http } = await createStreamingPage()
    for (let i = 0; i < 8; i++) {
      await vi.advanceTimersByTimeAsync(15_000)
      http.openStreams[0]?.write(': still here\n\n')
    }
    expect(http.streams).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(35_500)
    expect(http.streams).toHaveLength(2)
  })

  it('that says nothing is held back on its way: the poll is asked for instead', async () => {
    const page = createPage()
    page.http.streaming = 'held back'
    const { now } = page.watch()
    await page.settle()
    await page.block()
    await vi.advanceTimersByTimeAsync(4999)
    page.http.tellsTime = true
    expect(now().transport).toBe('none')
    await vi.advanceTimersByTimeAsync(1)
    expect(now().transport).toBe('polling')
    expect(page.http.openStreams).toEqual([])
    expect(now().serverNow()).toBeCloseTo(1e12 + performance.now(), -1) // of this answer, not of the whole wait
  })

  it('that says the poll was deleted ends it', async () => {
    const { http, polls, now, settle } = await createStreamingPage()
    polls.delete('lunch')
    http.openStreams[0]?.say({ type: 'error', code: 'POLL_NOT_FOUND', message: 'Gone.', pollId: 'lunch' })
    await settle()
    expect(now()).toMatchObject({ status: 'not-found', poll: null })
    expect(http.openStreams).toEqual([])
    await vi.advanceTimersByTimeAsync(10_000)
    const asked = http.log.length
    await vi.advanceTimersByTimeAsync(60_000)
    expect(http.log).toHaveLength(asked)
  })

  it('is left when the server goes away, at a random moment within its spread', async () => {
    const { http } = await createStreamingPage()
    http.openStreams[0]?.say({ type: 'drain', spread: 4000 })
    await vi.advanceTimersByTimeAsync(3900)
    expect(http.streams).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(100 + 500)
    expect(http.streams).toHaveLength(2)
  })

  it('is one of four at most; further polls are asked for, until one is free', async () => {
    const page = createPage()
    const ids = ['a', 'b', 'c', 'd', 'e']
    for (const id of ids) page.polls.set(id, samplePoll({ id }))
    const watched = ids.map((id) => page.watch(id))
    await page.settle()
    await page.block()
    expect(page.http.openStreams).toHaveLength(4)
    expect(watched[4]?.now().transport).toBe('polling')
    watched[0]?.stop()
    await vi.advanceTimersByTimeAsync(5000)
    expect(page.http.openStreams.map(({ path }) => path)).toContain('/polls/e/events')
  })

  it('is opened anew by a page that wakes', async () => {
    const signs = new EventTarget()
    vi.stubGlobal('document', { hidden: false })
    vi.stubGlobal('addEventListener', signs.addEventListener.bind(signs))
    vi.stubGlobal('removeEventListener', signs.removeEventListener.bind(signs))
    const { http, settle } = await createStreamingPage()
    signs.dispatchEvent(new Event('online'))
    await settle()
    expect(http.streams.map(({ isOpen }) => isOpen)).toEqual([false, true])
  })
})

describe('asking', () => {
  it('is every 5 s, says nothing new when nothing is, and tells the server’s time', async () => {
    const { watched, http, polls, now } = await createPollingPage()
    expect(now()).toMatchObject({ transport: 'polling', status: 'ready' })
    expect(now().serverNow()).toBeCloseTo(1e12 + performance.now(), -1)
    const shown = watched.states.length
    await vi.advanceTimersByTimeAsync(5000)
    expect(http.log).toEqual(['GET /polls/lunch'])
    expect(watched.states).toHaveLength(shown)
    polls.set('lunch', samplePoll({ results: sampleResults({ version: 1, votes: [0, 1], voters: 1 }) }))
    await vi.advanceTimersByTimeAsync(5000)
    expect(now().results?.votes).toEqual([0, 1])
    polls.delete('lunch')
    await vi.advanceTimersByTimeAsync(5000)
    expect(now().status).toBe('not-found')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(http.log).toHaveLength(3)
  })

  it('goes on through a failure, sooner', async () => {
    const { http, now } = await createPollingPage()
    http.isDown = true
    await vi.advanceTimersByTimeAsync(5000)
    expect(now()).toMatchObject({ transport: 'none', status: 'ready' })
    http.isDown = false
    await vi.advanceTimersByTimeAsync(2000)
    expect(now().transport).toBe('polling')
  })

  it('knows the own vote, and votes on top of it', async () => {
    const { client, http, now } = await createPollingPage({ token: 'lpv_kept', vote: own })
    expect(now()).toMatchObject({ vote: own, transport: 'polling' })
    const receipt = client.vote('lunch', [2])
    await vi.advanceTimersByTimeAsync(0)
    expect(await receipt).toMatchObject({ revision: 5 })
    expect(http.bodies.at(-1)).toMatchObject({ choices: [2], revision: 4, epoch: 1 })
    expect(http.log).toContain('PUT /polls/lunch/vote Bearer lpv_2')
    expect(http.log.at(-1)).toBe('GET /polls/lunch/vote Bearer lpv_2') // what it shows now, and without delay
  })
})
