import { once } from 'node:events'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { HttpReply, HttpSink, HttpStreamEvents, LivePoll } from '@live-poll/server-sdk'
import { toNodeHandler } from '@live-poll/server-sdk/node'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { openEventStream } from '../event-stream.ts'
import { createHttpClient } from '../http-client.ts'
import { listen } from '../listeners.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import { createPoll, newVoter, relayTicket } from './channel-visitor.ts'
import { httpHosts } from './http-hosts.ts'
import { startWatching } from './watchers.ts'

let running: RunningLivePoll
beforeAll(async () => {
  running = await startLivePoll({ resultsInterval: 10, channel: { slowBytes: 1000, fullBytes: 10_000, slowTime: 400 } })
})
afterAll(() => running.stop())
afterEach(() => {
  vi.useRealTimers()
})

/** How many watch besides who asks. */
async function watching(pollId: string): Promise<number> {
  const watcher = await startWatching(running, 'ws', pollId)
  await watcher.close()
  return (watcher.answer.watching ?? 0) - 1
}

for (const [name, host] of Object.entries(httpHosts)) {
  describe(`Server-Sent Events on ${name}`, () => {
    let origin: string
    let stop: () => Promise<void>
    beforeAll(async () => {
      const http = await host.listen(running.livePoll)
      origin = http.origin
      stop = http.close
    })
    afterAll(() => stop())

    it('are the messages of the channel', async () => {
      const { id } = await createPoll(running)
      const { ticket, voterId, token } = await newVoter(running)
      const body = { voteId: 'v', choices: [1] }
      await createHttpClient(origin)('PUT', `/polls/${id}/vote`, { token, body })
      const stream = await openEventStream(origin, id, `?ticket=${ticket}`)
      expect(stream.headers).toMatchObject({
        'content-type': 'text/event-stream',
        'cache-control': 'no-store, no-transform',
        'x-accel-buffering': 'no',
        'x-request-id': expect.any(String),
      })
      expect(await stream.take('welcome')).toEqual({ type: 'welcome', voterId })
      expect(await stream.take('poll')).toMatchObject({
        poll: { id, results: { voters: 1 } },
        vote: { voteId: 'v', choices: [1], revision: 1 },
        watching: 1,
      })
      await running.livePoll.api.castVote({ pollId: id, voter: 'ada', choices: [2] })
      expect(await stream.take('results')).toMatchObject({ votes: [1, 1], voters: 2 })
      expect(stream.text()).toMatch(/^(data: \{[^\n]*\}\n\n)+$/)
      await stream.close()
    })

    it('answer HEAD without a stream', async () => {
      const { id } = await createPoll(running)
      const head = await createHttpClient(origin)<string>('HEAD', `/polls/${id}/events`)
      expect(head).toMatchObject({ status: 200, body: '', headers: { 'content-type': 'text/event-stream' } })
      expect(await watching(id)).toBe(0)
    })

    it('let go of everything when the client leaves', async () => {
      const { id } = await createPoll(running)
      const streams = await Promise.all([1, 2, 3].map(() => openEventStream(origin, id)))
      for (const stream of streams) await stream.take('poll')
      expect(await watching(id)).toBe(3)
      for (const stream of streams) await stream.close()
      await vi.waitFor(async () => expect(await watching(id)).toBe(0))
    })
  })
}

describe('Server-Sent Events', () => {
  it('are for anyone without a ticket, and for nobody with one that is none', async () => {
    const { id } = await createPoll(running)
    const stream = await openEventStream(running.origin, id)
    expect(await stream.take('welcome')).toEqual({ type: 'welcome', voterId: null })
    await stream.close()
    const { ticket, token } = await newVoter(running)
    for (const query of ['', 'x', token, `${ticket}x`, ticket.replace('lpt_', 'lpv_')]) {
      await expect(openEventStream(running.origin, id, `?ticket=${query}`), query).rejects.toThrow('401')
    }
    const relay = await openEventStream(running.origin, id, `?ticket=${await relayTicket(running)}`)
    expect(await relay.take('welcome')).toEqual({ type: 'welcome', voterId: null })
    await relay.close()
    await expect(openEventStream(running.origin, 'p_nowhere')).rejects.toThrow('404')
  })

  it('end with the Live Poll', async () => {
    const other = await startLivePoll({ directory: running.directory })
    const { id } = await createPoll(other)
    const stream = await openEventStream(other.origin, id)
    await stream.take('poll')
    await other.livePoll.close()
    expect(await stream.closed, 'ended well').toBe(true)
    await other.stop()
  })

  /** A stream whose network is the test's. */
  async function openSlowStream(pollId: string) {
    const path = `/live-poll/polls/${pollId}/events`
    const request = { method: 'GET', path, query: new URLSearchParams(), headers: new Headers(), readBody: unread }
    const reply = await running.livePoll.handle(request)
    if (!reply?.stream) throw new Error('This is no stream.')
    const network = { buffered: 0, text: '', isEnded: false, isDestroyed: false }
    const events = reply.stream({
      write: (text) => {
        network.text += text
      },
      buffered: () => network.buffered,
      end: () => {
        network.isEnded = true
      },
      destroy: () => {
        network.isDestroyed = true
      },
    })
    while (!network.text.includes('"type":"poll"')) await nextTurn()
    return { network, events }
  }
  const unread = () => Promise.reject(new Error('Nobody reads it.'))
  const versions = (text: string) =>
    [...text.matchAll(/"type":"results".*?"version":(\d+)/g)].map((found) => Number(found[1]))

  it('skip results for a slow reader, who gets the newest when they read again', async () => {
    const { id } = await createPoll(running)
    const { network, events } = await openSlowStream(id)
    const watcher = await startWatching(running, 'ws', id)
    const vote = async (voters: number) => {
      await running.livePoll.api.castVote({ pollId: id, voter: `user-${voters}`, choices: [1] })
      await watcher.take('results', (results) => results.voters === voters)
    }
    await vote(1)
    expect(versions(network.text)).toEqual([1])
    network.buffered = 1001
    // The channel looks at it from time to time: until then, it goes on.
    await vi.waitFor(async () => expect(await isSkipping(vote, network)).toBe(true))
    const before = versions(network.text)
    network.buffered = 0
    events.drained()
    const newest = (await running.livePoll.api.getResults(id)).version
    expect(versions(network.text)).toEqual([...before, newest])
    events.closed()
    expect(await watching(id)).toBe(1)
    await watcher.close()
  })
  let voters = 1
  async function isSkipping(vote: (voters: number) => Promise<void>, network: { text: string }): Promise<boolean> {
    const before = network.text.length
    await vote(++voters)
    return network.text.length === before
  }

  it.each([
    ['too slow for too long', 1001],
    ['much too slow', 10_000],
  ])('end for a reader who is %s, and are cut if that does not help', async (_, buffered) => {
    const { id } = await createPoll(running)
    const { network, events } = await openSlowStream(id)
    network.buffered = buffered
    await vi.waitFor(() => expect(network.isEnded).toBe(true), { timeout: 5000 })
    expect(await watching(id)).toBe(0)
    await vi.waitFor(() => expect(network.isDestroyed).toBe(true), { timeout: 5000 })
    events.closed()
  })

  it('are kept alive by a comment every 15 seconds', async () => {
    const { id } = await createPoll(running)
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const { network, events } = await openSlowStream(id)
    const { length } = network.text
    vi.advanceTimersByTime(14_999)
    expect(network.text.slice(length)).toBe('')
    vi.advanceTimersByTime(30_001)
    expect(network.text.slice(length)).toBe(':\n\n'.repeat(3))
    events.closed()
    vi.advanceTimersByTime(60_000)
    expect(network.text.slice(length)).toBe(':\n\n'.repeat(3))
  })
})

describe('A stream on Node’s server', () => {
  /** A host whose only reply is a stream of the test's own. */
  async function serveStream(stream: (sink: HttpSink) => HttpStreamEvents) {
    const reply: HttpReply = { status: 200, headers: {}, body: null, stream }
    const livePoll = { handle: async () => reply } as Partial<LivePoll> as LivePoll
    return listen(toNodeHandler(livePoll))
  }

  it('says what waits, and when it has gone', async () => {
    const told: string[] = []
    let sink: HttpSink | undefined
    const http = await serveStream((given) => {
      sink = given
      return { drained: () => told.push('drained'), closed: () => told.push('closed') }
    })
    const response = await fetch(http.origin)
    const reader = response.body?.getReader()
    sink?.write('x'.repeat(20_000_000))
    expect(sink?.buffered()).toBeGreaterThan(1_000_000)
    let length = 0
    while (length < 20_000_000) length += (await reader?.read())?.value?.length ?? Number.NaN
    await vi.waitFor(() => expect(told).toEqual(['drained']))
    expect(sink?.buffered()).toBe(0)
    sink?.end()
    expect((await reader?.read())?.done).toBe(true)
    await vi.waitFor(() => expect(told).toEqual(['drained', 'closed']))
    sink?.write('more')
    sink?.end()
    sink?.destroy()
    await http.close()
    expect(told).toEqual(['drained', 'closed'])
  })

  it('is not begun for HEAD', async () => {
    const stream = vi.fn(() => ({ drained() {}, closed() {} }))
    const http = await serveStream(stream)
    expect((await fetch(http.origin, { method: 'HEAD' })).status).toBe(200)
    expect(stream).not.toHaveBeenCalled()
    await http.close()
  })

  it('ends at once for a client who never reads', async () => {
    let sink: HttpSink | undefined
    const closed = vi.fn()
    const http = await serveStream((given) => {
      sink = given
      return { drained() {}, closed }
    })
    const response = await fetch(http.origin)
    sink?.write('x'.repeat(20_000_000))
    sink?.end()
    expect(closed).not.toHaveBeenCalled()
    sink?.destroy()
    await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce())
    await response.body?.cancel().catch(() => {})
    await http.close()
  })

  it('is not begun for a client who has left', async () => {
    let answer = (_: HttpReply) => {}
    const stream = vi.fn(() => ({ drained() {}, closed() {} }))
    const asked = vi.fn()
    const handle = () => {
      asked()
      return new Promise<HttpReply>((resolve) => {
        answer = resolve
      })
    }
    const http = await listen(toNodeHandler({ handle } as Partial<LivePoll> as LivePoll))
    const left = once(http.server, 'connection').then(([socket]) => once(socket, 'close'))
    const leaving = new AbortController()
    const call = fetch(http.origin, { signal: leaving.signal }).catch(() => {})
    await vi.waitFor(() => expect(asked).toHaveBeenCalled())
    leaving.abort()
    await Promise.all([call, left])
    answer({ status: 200, headers: {}, body: null, stream })
    await nextTurn()
    expect(stream).not.toHaveBeenCalled()
    await http.close()
  })
})

it('has told the log of nothing', () => {
  expect(running.logger.errors).toEqual([])
})
