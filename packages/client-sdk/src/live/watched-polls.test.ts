import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createPage, createVotingPage, samplePoll, sampleResults } from '../../test/fake-server.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('watch', () => {
  it('shows the state at once, then the poll from HTTP, then what the channel says', async () => {
    const { watch, settle, last, sayPoll } = createPage()
    const { states, now } = watch()
    expect(now()).toEqual({
      poll: null,
      results: null,
      vote: null,
      pending: null,
      status: 'loading',
      error: null,
      watching: null,
      transport: 'connecting',
      serverNow: expect.any(Function),
    })
    await settle()
    expect(now()).toMatchObject({ status: 'ready', poll: { id: 'lunch' }, transport: 'connecting' })
    last().welcome()
    expect(now().transport).toBe('websocket')
    expect(last().sent).toEqual([{ type: 'hello' }, { type: 'watch', pollId: 'lunch' }])
    sayPoll({ results: sampleResults() })
    last().say({ type: 'results', ...sampleResults({ version: 1, votes: [1, 0], voters: 1 }) })
    expect(now().results?.votes).toEqual([1, 0])
    expect(new Set(states).size).toBe(states.length)
  })

  it('uses one socket for all polls, and the channel a poll names', async () => {
    const { watch, settle, last, sockets, polls } = createPage()
    polls.set('dinner', samplePoll({ id: 'dinner', channelUrl: 'wss://channel.my.app/' }))
    watch('lunch')
    watch('dinner')
    await settle()
    expect(sockets).toHaveLength(1)
    expect(last().url).toBe('wss://channel.my.app/')
    last().welcome()
    expect(last().types()).toEqual(['hello', 'watch', 'watch'])
  })

  it('tries the API’s own port when the channel a poll names does not open', async () => {
    const { watch, settle, last, polls } = createPage()
    polls.set('lunch', samplePoll({ channelUrl: 'wss://blocked.my.app/' }))
    watch()
    await settle()
    last().end(1006)
    await vi.advanceTimersByTimeAsync(500)
    expect(last().url).toBe('ws://my.app/live-poll/channel')
  })

  it('does not connect for a poll that is not there', async () => {
    const { watch, settle, sockets, http } = createPage()
    const missing = watch('gone')
    const nonsense = watch('a/../b')
    await settle()
    expect(missing.now()).toMatchObject({ status: 'not-found', error: { code: 'POLL_NOT_FOUND' }, poll: null })
    expect(nonsense.now().status).toBe('not-found')
    expect(http.log).toEqual(['GET /polls/gone', 'POST /voters']) // it may be there for who is signed in
    await vi.advanceTimersByTimeAsync(60_000)
    expect(sockets).toHaveLength(0)
  })

  it('comes through when HTTP and socket fail at first', async () => {
    const { watch, settle, http, last, sayPoll } = createPage()
    http.isDown = true
    const { now } = watch()
    await settle()
    expect(now()).toMatchObject({ status: 'error', error: { code: 'UNAVAILABLE' } })
    last().end(1006)
    expect(now().transport).toBe('none')
    http.isDown = false
    await vi.advanceTimersByTimeAsync(500)
    expect(now()).toMatchObject({ status: 'ready', error: null })
    last().welcome()
    sayPoll()
    expect(now().transport).toBe('websocket')
  })

  it('keeps the last state through a cut, and asks again on the new line', async () => {
    const { watch, settle, last, sayPoll, sockets } = createPage()
    const { now } = watch()
    await settle()
    last().welcome()
    sayPoll({ results: sampleResults({ version: 3, votes: [2, 1], voters: 3 }) })
    last().end(1006)
    expect(now()).toMatchObject({ status: 'ready', transport: 'none', results: { version: 3 } })
    await vi.advanceTimersByTimeAsync(500)
    last().welcome()
    expect(sockets).toHaveLength(2)
    expect(last().types()).toEqual(['hello', 'watch'])
    expect(now().transport).toBe('websocket')
  })

  it('calls the listener for changes only', async () => {
    const { watched, last } = await createVotingPage()
    const results = sampleResults({ version: 2, votes: [1, 1], voters: 2 })
    last().say({ type: 'results', ...results })
    const shown = watched.states.length
    last().say({ type: 'results', ...results })
    last().say({ type: 'results', ...results, version: 1 })
    last().say({ type: 'results', ...results, pollId: 'stranger', version: 3 })
    last().say({ type: 'confetti', pollId: 'lunch' } as never)
    expect(watched.states).toHaveLength(shown)
  })

  it('asks for the poll again when results of another edition come', async () => {
    const { watch, settle, last, sayPoll } = createPage()
    const { now } = watch()
    await settle()
    last().welcome()
    sayPoll({ results: sampleResults() })
    const ahead = sampleResults({ edition: 2, version: 1, votes: [0, 0, 1], voters: 1 })
    last().say({ type: 'results', ...ahead })
    last().say({ type: 'results', ...ahead, version: 2 })
    expect(last().types()).toEqual(['hello', 'watch', 'watch'])
    expect(now().results?.edition).toBe(1)
    const choices = ['Soup', 'Salad', 'Bread'].map((label, index) => ({ id: index + 1, label }))
    sayPoll({ edition: 2, choices, results: { ...ahead, version: 2 } })
    expect(now()).toMatchObject({ poll: { edition: 2 }, results: { edition: 2, version: 2 } })
    expect(last().types()).toEqual(['hello', 'watch', 'watch'])
  })

  it('shows a poll that is deleted as not found', async () => {
    const { watched, last, sayPoll } = await createVotingPage()
    last().say({ type: 'error', code: 'POLL_NOT_FOUND', message: 'Gone.', pollId: 'lunch' })
    expect(watched.now()).toMatchObject({ status: 'not-found', poll: null })
    sayPoll({ results: sampleResults() })
    expect(watched.now()).toMatchObject({ status: 'not-found', poll: null, results: null })
  })

  it('says how many watch', async () => {
    const { watched, last, sayPoll } = await createVotingPage()
    expect(watched.now().watching).toBeNull()
    sayPoll({ results: sampleResults({ version: 1 }) })
    last().say({ type: 'results', ...sampleResults({ version: 2 }), watching: 12 })
    expect(watched.now().watching).toBe(12)
    last().say({ type: 'results', ...sampleResults({ version: 2 }), watching: 11 })
    expect(watched.now().watching).toBe(11)
    last().say({ type: 'results', ...sampleResults({ version: 1 }), watching: 3 })
    expect(watched.now().watching).toBe(11)
  })

  it('asks again, later, when the server was too busy to answer', async () => {
    const { watch, settle, last } = createPage()
    const { now } = watch()
    await settle()
    last().welcome()
    last().say({ type: 'error', code: 'RATE_LIMITED', message: '', pollId: 'lunch', retryAfter: 700 })
    await vi.advanceTimersByTimeAsync(699)
    expect(last().types()).toEqual(['hello', 'watch'])
    await vi.advanceTimersByTimeAsync(701)
    expect(last().types()).toEqual(['hello', 'watch', 'watch'])
    expect(now().status).toBe('ready')
  })

  it('asks for many polls at a pace that the server takes', async () => {
    const { watch, settle, last, polls } = createPage()
    const ids = Array.from({ length: 40 }, (_, index) => `poll-${index}`)
    for (const id of ids) polls.set(id, samplePoll({ id }))
    for (const id of ids) watch(id)
    await settle()
    last().welcome()
    const times: number[] = []
    const start = Date.now()
    while (times.length < 40) {
      const asked = last()
        .types()
        .filter((type) => type === 'watch').length
      while (times.length < asked) times.push(Date.now() - start)
      await vi.advanceTimersByTimeAsync(50)
    }
    // The server's bucket: 20 at once, 10 a second. Half of it is left for votes.
    for (const [index, time] of times.entries()) expect(index + 1).toBeLessThanOrEqual(10 + time / 100)
    const asked = last().sent.flatMap((message) => (message.type === 'watch' ? message.pollId : []))
    expect(new Set(asked)).toEqual(new Set(ids))
  })

  it('stops when told, and leaves the line open for a while', async () => {
    const { watched, last, watch, sockets } = await createVotingPage()
    watched.stop()
    watched.stop()
    expect(last().sent.at(-1)).toEqual({ type: 'unwatch', pollId: 'lunch' })
    const shown = watched.states.length
    await vi.advanceTimersByTimeAsync(9_000)
    expect(last().isClosed).toBe(false)
    const again = watch()
    expect(last().sent.at(-1)).toEqual({ type: 'watch', pollId: 'lunch' })
    again.stop()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(last().isClosed).toBe(true)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(sockets).toHaveLength(1)
    expect(watched.states).toHaveLength(shown)
  })

  it('serves two listeners of one poll with one question, even if the first one throws', async () => {
    const reported: unknown[] = []
    vi.stubGlobal('queueMicrotask', (task: () => void) => {
      try {
        task()
      } catch (error) {
        reported.push(error)
      }
    })
    const { client, watch, settle, last } = createPage()
    const fault = new Error('in the app')
    client.watch('lunch', () => {
      throw fault
    })
    const { now } = watch()
    await settle()
    last().welcome()
    expect(now().status).toBe('ready')
    expect(last().types()).toEqual(['hello', 'watch'])
    expect(reported.every((error) => error === fault)).toBe(true)
    expect(reported.length).toBeGreaterThan(0)
    vi.unstubAllGlobals()
  })
})
