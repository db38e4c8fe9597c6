import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  createFakeConnection,
  createPage,
  createReadyConnection,
  createReturningPage,
  own,
  pollMessage,
  samplePoll,
} from '../../test/fake-server.ts'

const page = { document: { hidden: false }, events: new EventTarget() }

beforeEach(() => {
  vi.useFakeTimers()
  page.document.hidden = false
  page.events = new EventTarget()
  vi.stubGlobal('document', page.document)
  vi.stubGlobal('addEventListener', page.events.addEventListener.bind(page.events))
  vi.stubGlobal('removeEventListener', page.events.removeEventListener.bind(page.events))
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('a connection that is woken', () => {
  it('and waits to try again tries at once, and goes on trying quickly', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1)
    const { connection, sockets, last } = createFakeConnection()
    connection.connect()
    await vi.advanceTimersByTimeAsync(0)
    for (const wait of [500, 1000, 2000, 4000, 8000]) {
      last().end(1006)
      await vi.advanceTimersByTimeAsync(wait)
    }
    last().end(1006) // it would wait 16 s
    const before = sockets.length
    connection.wake()
    await vi.advanceTimersByTimeAsync(0)
    expect(sockets).toHaveLength(before + 1)
    last().end(1006)
    await vi.advanceTimersByTimeAsync(500)
    expect(sockets).toHaveLength(before + 2)
  })

  it('and believes itself up has a second to prove it; else it is made anew at once', async () => {
    const { connection, sockets, last, onDown } = await createReadyConnection()
    connection.wake()
    expect(last().types()).toEqual(['hello', 'ping'])
    await vi.advanceTimersByTimeAsync(999)
    expect(onDown).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(onDown).toHaveBeenCalledExactlyOnceWith(true)
    await vi.advanceTimersByTimeAsync(1)
    expect(sockets).toHaveLength(2)
  })

  it('stays when it proves itself, and is pinged as before', async () => {
    const { connection, sockets, last, onDown } = await createReadyConnection()
    connection.wake()
    last().say({ type: 'pong' })
    await vi.advanceTimersByTimeAsync(24_999)
    expect(last().types()).toEqual(['hello', 'ping'])
    await vi.advanceTimersByTimeAsync(1)
    expect(last().types()).toEqual(['hello', 'ping', 'ping'])
    await vi.advanceTimersByTimeAsync(9_999)
    expect(onDown).not.toHaveBeenCalled()
    expect(sockets).toHaveLength(1)
  })

  it('leaves an attempt that hangs since before, and not one just made', async () => {
    const { connection, sockets } = createFakeConnection()
    connection.connect()
    await vi.advanceTimersByTimeAsync(1000)
    connection.wake()
    await vi.advanceTimersByTimeAsync(1)
    expect(sockets).toHaveLength(1)
    connection.wake()
    await vi.advanceTimersByTimeAsync(0)
    expect(sockets).toHaveLength(2)
    expect(sockets[0]?.isClosed).toBe(true)
  })

  it('does nothing when nobody needs it', async () => {
    const { connection, sockets } = createFakeConnection()
    connection.wake()
    await vi.advanceTimersByTimeAsync(1000)
    expect(sockets).toHaveLength(0)
  })
})

describe('a page', () => {
  it.each(['online', 'pageshow', 'visibilitychange'])('wakes its line at %s', async (sign) => {
    const { watch, settle, last } = createPage()
    watch()
    await settle()
    last().welcome()
    page.events.dispatchEvent(new Event(sign))
    expect(last().types()).toEqual(['hello', 'watch', 'ping', 'watch'])
  })

  it('does not wake while it is hidden, nor after close', async () => {
    const { client, watch, settle, last } = createPage()
    watch()
    await settle()
    last().welcome()
    page.document.hidden = true
    page.events.dispatchEvent(new Event('visibilitychange'))
    client.close()
    page.document.hidden = false
    page.events.dispatchEvent(new Event('visibilitychange'))
    expect(last().types()).toEqual(['hello', 'watch'])
  })
})

describe('a page that comes back from the browser’s memory', () => {
  const comeBack = () => page.events.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))
  const admissions = (log: readonly string[]) => log.filter((line) => line.startsWith('POST /voters'))

  it('asks at once who is signed in, where somebody was: no vote goes out as them', async () => {
    const { client, http, watch, settle, last, sayPoll, sentVotes, answerVote } = createPage()
    http.user = 'ann'
    const { now } = watch()
    await settle()
    last().welcome()
    sayPoll()
    const receipt = client.vote('lunch', [1])
    await settle()
    last().say({ type: 'welcome', voterId: 'ann' })
    sayPoll()
    answerVote(1)
    await receipt
    http.user = 'ben'
    comeBack()
    void client.vote('lunch', [2])
    expect(sentVotes()).toHaveLength(1)
    await settle()
    last().welcome('ben')
    expect(last().sent[0]).toEqual({ type: 'hello', token: 'lpv_s2' })
    expect(now().vote).toBeNull()
    sayPoll()
    await settle()
    expect(sentVotes()).toMatchObject([{ choices: [2], revision: 0 }])
  })

  it('asks before the next vote where a device voted, as a page that was loaded', async () => {
    const { client, http, settle, last, sayPoll, sentVotes } = await createReturningPage(own)
    const receipt = client.vote('lunch', [2])
    await settle()
    expect(sentVotes()).toHaveLength(1)
    const { voteId } = sentVotes()[0] as { voteId: string }
    last().say({ type: 'voted', voteId, pollId: 'lunch', revision: 5, epoch: 1 })
    await receipt
    expect(admissions(http.log)).toHaveLength(1)
    comeBack()
    await settle()
    last().welcome('v')
    sayPoll({}, { ...own, revision: 5 })
    expect(admissions(http.log)).toHaveLength(1)
    http.user = 'ann'
    void client.vote('lunch', [1])
    expect(sentVotes()).toEqual([])
    await settle()
    expect(admissions(http.log)).toHaveLength(2)
    last().welcome('ann')
    sayPoll()
    expect(sentVotes()).toMatchObject([{ choices: [1], revision: 0 }])
  })

  it('looks again for a poll that was not there', async () => {
    const { http, polls, watch, settle } = createPage()
    polls.set('board', samplePoll({ id: 'board' }))
    http.hidden.add('board')
    const { now } = watch('board')
    await settle()
    expect(now().status).toBe('not-found')
    http.user = 'ann'
    comeBack()
    await settle()
    expect(now()).toMatchObject({ status: 'ready', poll: { id: 'board' } })
  })
})

describe('the server’s clock', () => {
  const readAt = (iso: string) => ({ ...pollMessage(), now: iso })

  it('is read from the answer to watch', async () => {
    vi.setSystemTime('2026-01-01T00:10:00Z') // ten minutes fast
    const { watch, settle, last } = createPage()
    const { now } = watch()
    await settle()
    expect(now().serverNow()).toBe(Date.parse('2026-01-01T00:10:00Z'))
    last().welcome()
    await vi.advanceTimersByTimeAsync(200)
    last().say(readAt('2026-01-01T00:00:00Z'))
    expect(now().serverNow()).toBe(Date.parse('2026-01-01T00:00:00Z'))
    await vi.advanceTimersByTimeAsync(5000)
    vi.setSystemTime('2027-01-01T00:00:00Z') // set while the page is open
    expect(now().serverNow()).toBe(Date.parse('2026-01-01T00:00:05Z'))
  })

  it('is read from the answer over HTTP before a line is up', async () => {
    const { watch, settle, http } = createPage()
    http.tellsTime = true
    const { now } = watch()
    await settle()
    expect(now().serverNow()).toBeCloseTo(1e12 + performance.now(), 0)
  })

  it('is asked for again by a page that wakes on the same line: its own may have stood still', async () => {
    const { watch, settle, last } = createPage()
    const { now } = watch()
    await settle()
    last().welcome()
    last().say(readAt('2026-01-01T00:00:00Z'))
    page.events.dispatchEvent(new Event('online'))
    expect(last().types()).toEqual(['hello', 'watch', 'ping', 'watch'])
    last().say(readAt('2026-01-01T00:01:00Z'))
    expect(now().serverNow()).toBe(Date.parse('2026-01-01T00:01:00Z'))
  })
})
