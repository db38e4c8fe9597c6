import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createFakeNetwork } from '../test/fake-web-socket.ts'
import { samplePoll, sampleResults } from '../test/samples.ts'
import { createPollClient, type PollClientOptions } from './create-poll-client.ts'
import type { TokenStorage } from './live/voter.ts'
import type { WatchedPoll } from './live/watched-polls.ts'
import type { VoteMessage } from './protocol/messages.ts'
import type { Poll, Vote } from './protocol/models.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const server = 'http://my.app/live-poll'
const own: Vote = { voteId: 'earlier', choices: [1], revision: 4 }

/** A server that answers over HTTP by itself; on the sockets the test speaks for it. */
function create(options: PollClientOptions = {}) {
  const network = createFakeNetwork()
  const polls = new Map<string, Poll>([['lunch', samplePoll()]])
  const http = {
    isDown: false,
    admissions: 0,
    admission: Promise.resolve(),
    refuse: null as { code: string; status: number } | null,
    log: [] as string[],
  }
  const items = new Map<string, string>()
  const storage: TokenStorage = {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  }

  const fetch: typeof globalThis.fetch = async (url, init) => {
    const path = `${url}`.slice(server.length)
    const authorization = new Headers(init?.headers).get('authorization')
    http.log.push(`${init?.method} ${path}${authorization ? ` ${authorization}` : ''}`)
    if (http.isDown) throw new TypeError('fetch failed')
    const refuse = (code: string, status: number) =>
      Response.json({ error: { code, message: code, requestId: 'r' } }, { status })
    if (path === '/voters') {
      await http.admission
      if (http.refuse) return refuse(http.refuse.code, http.refuse.status)
      const number = ++http.admissions
      return Response.json({ voterId: `v${number}`, token: `lpv_${number}`, ticket: `lpt_${number}` })
    }
    const poll = polls.get(path.replace('/polls/', ''))
    return poll ? Response.json(poll) : refuse('POLL_NOT_FOUND', 404)
  }

  const client = createPollClient({ server, storage, fetch, WebSocket: network.WebSocket, ...options })

  /** Watches, and keeps every state shown. */
  function watch(pollId = 'lunch') {
    const states: WatchedPoll[] = []
    const stop = client.watch(pollId, (state) => void states.push(state))
    const now = () => {
      const state = states.at(-1)
      if (!state) throw new Error('The listener was not called.')
      return state
    }
    return { states, stop, now }
  }

  /** Lets everything that is under way arrive. */
  const settle = () => vi.advanceTimersByTimeAsync(0)
  const sayPoll = (fields: Partial<Poll> = {}, vote: Vote | null = null) =>
    network.last().say({ type: 'poll', poll: samplePoll(fields), vote })
  const sentVotes = () => network.last().sent.filter((message): message is VoteMessage => message.type === 'vote')
  const lastVote = () => {
    const vote = sentVotes().at(-1)
    if (!vote) throw new Error('No vote was sent.')
    return vote
  }
  const answerVote = (revision: number) => {
    const { voteId, pollId } = lastVote()
    network.last().say({ type: 'voted', voteId, pollId, revision, epoch: 1 })
  }
  return { ...network, client, polls, http, items, watch, settle, sayPoll, sentVotes, lastVote, answerVote }
}

/** A client that is signed in, watches one poll, and knows its own vote. */
async function createVoting(vote: Vote | null = null) {
  const all = create()
  all.items.set(`live-poll:voter:${server}`, 'lpv_kept')
  const watched = all.watch()
  await all.settle()
  all.last().welcome('v')
  all.sayPoll({}, vote)
  return { ...all, watched }
}

describe('watch', () => {
  it('shows the state at once, then the poll from HTTP, then what the channel says', async () => {
    const { watch, settle, last, sayPoll } = create()
    const { states, now } = watch()
    expect(now()).toEqual({
      poll: null,
      results: null,
      vote: null,
      pending: null,
      status: 'loading',
      error: null,
      transport: 'connecting',
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
    const { watch, settle, last, sockets, polls } = create()
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
    const { watch, settle, last, polls } = create()
    polls.set('lunch', samplePoll({ channelUrl: 'wss://blocked.my.app/' }))
    watch()
    await settle()
    last().end(1006)
    await vi.advanceTimersByTimeAsync(500)
    expect(last().url).toBe('ws://my.app/live-poll/channel')
  })

  it('does not connect for a poll that is not there', async () => {
    const { watch, settle, sockets, http } = create()
    const missing = watch('gone')
    const nonsense = watch('a/../b')
    await settle()
    expect(missing.now()).toMatchObject({ status: 'not-found', error: { code: 'POLL_NOT_FOUND' }, poll: null })
    expect(nonsense.now().status).toBe('not-found')
    expect(http.log).toEqual(['GET /polls/gone'])
    await vi.advanceTimersByTimeAsync(60_000)
    expect(sockets).toHaveLength(0)
  })

  it('comes through when HTTP and socket fail at first', async () => {
    const { watch, settle, http, last, sayPoll } = create()
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
    const { watch, settle, last, sayPoll, sockets } = create()
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
    const { watched, last } = await createVoting()
    const results = sampleResults({ version: 2, votes: [1, 1], voters: 2 })
    last().say({ type: 'results', ...results })
    const shown = watched.states.length
    last().say({ type: 'results', ...results })
    last().say({ type: 'results', ...results, version: 1 })
    last().say({ type: 'results', ...results, pollId: 'stranger', version: 3 })
    expect(watched.states).toHaveLength(shown)
  })

  it('asks for the poll again when results of another edition come', async () => {
    const { watch, settle, last, sayPoll } = create()
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
    const { watched, last } = await createVoting()
    last().say({ type: 'error', code: 'POLL_NOT_FOUND', message: 'Gone.', pollId: 'lunch' })
    expect(watched.now()).toMatchObject({ status: 'not-found', poll: null })
  })

  it('asks again, later, when the server was too busy to answer', async () => {
    const { watch, settle, last } = create()
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
    const { watch, settle, last, polls } = create()
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
    const { watched, last, watch, sockets } = await createVoting()
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
    const { client, watch, settle, last } = create()
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

describe('the first vote', () => {
  it('makes the visitor a voter: token stored first, then hello, the own vote asked, then the vote', async () => {
    const { watch, settle, last, client, http, items, sayPoll, answerVote, lastVote } = create()
    const { now } = watch()
    await settle()
    last().welcome()
    sayPoll()
    expect(items.size).toBe(0)
    const receipt = client.vote('lunch', [2])
    expect(now().pending).toEqual({ choices: [2] })
    await settle()
    expect(http.log.at(-1)).toBe('POST /voters')
    expect(items.get(`live-poll:voter:${server}`)).toBe('lpv_1')
    expect(last().sent.at(-1)).toEqual({ type: 'hello', ticket: 'lpt_1' })
    last().say({ type: 'welcome', voterId: 'v1' })
    expect(last().types()).toEqual(['hello', 'watch', 'hello', 'watch'])
    sayPoll()
    expect(lastVote()).toMatchObject({ pollId: 'lunch', choices: [2], revision: 0, epoch: 1 })
    answerVote(1)
    const { voteId } = lastVote()
    expect(await receipt).toEqual({ voteId, revision: 1, epoch: 1 })
    expect(now()).toMatchObject({ vote: { voteId, choices: [2], revision: 1 }, pending: null })
  })

  it('works without watching, and replaces what the voter had', async () => {
    const { client, settle, last, sayPoll, lastVote, answerVote, items } = create()
    items.set(`live-poll:voter:${server}`, 'lpv_kept')
    const receipt = client.vote('lunch', null)
    await settle()
    last().welcome('v')
    expect(last().sent).toEqual([
      { type: 'hello', token: 'lpv_kept' },
      { type: 'watch', pollId: 'lunch' },
    ])
    sayPoll({}, own)
    expect(lastVote()).toMatchObject({ choices: null, revision: 4 })
    answerVote(5)
    expect((await receipt).revision).toBe(5)
    await settle()
    expect(last().sent.at(-1)).toEqual({ type: 'unwatch', pollId: 'lunch' })
  })

  it('is tried again while the server cannot admit voters', async () => {
    const { watch, settle, last, client, http } = create()
    watch()
    await settle()
    last().welcome()
    http.refuse = { code: 'BUSY', status: 503 }
    void client.vote('lunch', [1])
    await settle()
    expect(last().types()).toEqual(['hello', 'watch'])
    http.refuse = null
    await vi.advanceTimersByTimeAsync(2000)
    expect(last().types()).toEqual(['hello', 'watch', 'hello'])
  })

  it('is rejected when the server will not admit this visitor', async () => {
    const { watch, settle, last, client, http } = create()
    const { now } = watch()
    await settle()
    last().welcome()
    http.refuse = { code: 'ORIGIN_NOT_ALLOWED', status: 403 }
    await expect(client.vote('lunch', [1])).rejects.toMatchObject({ code: 'ORIGIN_NOT_ALLOWED' })
    expect(now().pending).toBeNull()
  })

  it('says hello with the new token when the line was lost while it was admitted', async () => {
    const { watch, settle, last, client } = create()
    watch()
    await settle()
    last().welcome()
    void client.vote('lunch', [1])
    last().end(1006)
    await vi.advanceTimersByTimeAsync(500)
    last().open()
    expect(last().sent).toEqual([{ type: 'hello', token: 'lpv_1' }])
  })

  it('does not say hello twice when it became another tab’s voter meanwhile', async () => {
    const { watch, settle, last, client, http, items } = create()
    watch()
    await settle()
    last().welcome()
    let admit = () => {}
    http.admission = new Promise<void>((resolve) => {
      admit = resolve
    })
    void client.vote('lunch', [1])
    items.set(`live-poll:voter:${server}`, 'lpv_other_tab')
    last().end(1006)
    await vi.advanceTimersByTimeAsync(500)
    last().welcome('v')
    admit()
    await settle()
    expect(last().sent).toEqual([
      { type: 'hello', token: 'lpv_other_tab' },
      { type: 'watch', pollId: 'lunch' },
    ])
  })

  it('admits one voter, however many votes are cast at once', async () => {
    const { watch, settle, last, client, http, polls } = create()
    polls.set('dinner', samplePoll({ id: 'dinner' }))
    watch('lunch')
    watch('dinner')
    await settle()
    last().welcome()
    void client.vote('lunch', [1])
    void client.vote('dinner', [2])
    await settle()
    expect(http.admissions).toBe(1)
    expect(last().types()).toEqual(['hello', 'watch', 'watch', 'hello'])
  })
})

describe('votes', () => {
  it('on one poll go one after the other, each naming the revision before it', async () => {
    const { client, watched, sentVotes, answerVote, settle } = await createVoting(own)
    const first = client.vote('lunch', [1])
    const second = client.vote('lunch', [2])
    expect(sentVotes()).toMatchObject([{ choices: [1], revision: 4 }])
    expect(watched.now().pending).toEqual({ choices: [2] })
    answerVote(5)
    await first
    await settle()
    expect(watched.now()).toMatchObject({ vote: { choices: [1], revision: 5 }, pending: { choices: [2] } })
    expect(sentVotes()).toMatchObject([{ revision: 4 }, { choices: [2], revision: 5 }])
    answerVote(6)
    await second
    await settle()
    expect(watched.now()).toMatchObject({ vote: { choices: [2], revision: 6 }, pending: null })
  })

  it('are sent again, unchanged, after a cut; an answer lost with the line is asked for again', async () => {
    const { client, last, lastVote, watched, sayPoll } = await createVoting()
    const receipt = client.vote('lunch', [2])
    const sent = lastVote()
    last().end(1006)
    await vi.advanceTimersByTimeAsync(500)
    last().welcome('v')
    expect(last().sent.at(1)).toEqual(sent)
    last().say({ type: 'voted', voteId: sent.voteId, pollId: 'lunch', revision: 1, epoch: 1, duplicate: true })
    sayPoll({}, { voteId: sent.voteId, choices: [2], revision: 1 })
    expect(await receipt).toMatchObject({ revision: 1, duplicate: true })
    expect(watched.now().vote?.revision).toBe(1)
  })

  it('keep the choices they were cast with, in order', async () => {
    const { client, answerVote, watched, sentVotes } = await createVoting()
    const choices = [2, 1]
    const receipt = client.vote('lunch', choices)
    choices.push(3)
    expect(sentVotes()[0]?.choices).toEqual([1, 2])
    answerVote(1)
    await receipt
    expect(watched.now().vote?.choices).toEqual([1, 2])
  })

  it.each([
    ['REVISION_CONFLICT', { revision: 5 }],
    ['ALREADY_VOTED', { revision: 5 }],
    ['EPOCH_CHANGED', { epoch: 2 }],
  ] as const)('refused with %s make the client ask for the truth', async (code, details) => {
    const { client, last, lastVote, watched, sayPoll } = await createVoting(own)
    const refused = expect(client.vote('lunch', [2])).rejects.toMatchObject({ code, details })
    const { voteId } = lastVote()
    last().say({ type: 'rejected', voteId, pollId: 'lunch', code, message: code, ...details })
    await refused
    expect(last().sent.at(-1)).toEqual({ type: 'watch', pollId: 'lunch' })
    sayPoll({ epoch: 2 }, { ...own, revision: 5 })
    expect(watched.now()).toMatchObject({ vote: { revision: 5 }, pending: null })
  })

  it('that wait behind a conflict name the revision that stands', async () => {
    const { client, last, lastVote, sayPoll, sentVotes, settle } = await createVoting(own)
    const refused = expect(client.vote('lunch', [2])).rejects.toMatchObject({ code: 'REVISION_CONFLICT' })
    void client.vote('lunch', [1])
    const { voteId } = lastVote()
    last().say({ type: 'rejected', voteId, pollId: 'lunch', code: 'REVISION_CONFLICT', message: '', revision: 9 })
    await refused
    await settle()
    expect(sentVotes()).toHaveLength(1)
    sayPoll({}, { ...own, revision: 9 })
    expect(lastVote()).toMatchObject({ choices: [1], revision: 9 })
  })

  it('on a poll that is not there are rejected', async () => {
    const { client } = create()
    await expect(client.vote('gone', [1])).rejects.toMatchObject({ code: 'POLL_NOT_FOUND' })
    await expect(client.vote('no/id', [1])).rejects.toMatchObject({ code: 'POLL_NOT_FOUND' })
  })

  it('outlive the listener that watched', async () => {
    const { client, watched, answerVote, last, settle } = await createVoting()
    const receipt = client.vote('lunch', [1])
    watched.stop()
    expect(last().types()).not.toContain('unwatch')
    answerVote(1)
    await receipt
    await settle()
    expect(last().types()).toContain('unwatch')
  })
})

describe('a token that the server refuses', () => {
  it('is dropped, and the visitor admitted anew, once', async () => {
    const { watched, last, items, http } = await createVoting(own)
    last().end(4401)
    expect(watched.now().vote).toEqual(own)
    await vi.advanceTimersByTimeAsync(0)
    expect(http.admissions).toBe(1)
    expect(items.get(`live-poll:voter:${server}`)).toBe('lpv_1')
    last().welcome('v1')
    expect(last().sent[0]).toEqual({ type: 'hello', token: 'lpv_1' })
    expect(watched.now().vote).toBeNull()
  })

  it('keeps an unanswered vote back until somebody is admitted', async () => {
    const { client, last, http, sentVotes } = await createVoting()
    void client.vote('lunch', [1])
    http.refuse = { code: 'BUSY', status: 503 }
    last().end(4401)
    await vi.advanceTimersByTimeAsync(0)
    last().welcome()
    expect(sentVotes()).toEqual([])
    http.refuse = null
    await vi.advanceTimersByTimeAsync(2000)
    last().say({ type: 'welcome', voterId: 'v1' })
    expect(sentVotes()).toMatchObject([{ choices: [1] }])
  })

  it('leaves a watcher watching when nobody is admitted', async () => {
    const { watched, last, http } = await createVoting()
    http.refuse = { code: 'RATE_LIMITED', status: 429 }
    last().end(4401)
    await vi.advanceTimersByTimeAsync(0)
    last().welcome()
    expect(last().sent[0]).toEqual({ type: 'hello' })
    expect(watched.now()).toMatchObject({ status: 'ready', transport: 'websocket' })
  })
})

describe('a refusal', () => {
  it('of the connection rejects votes: not sent, or of unknown outcome', async () => {
    const { client, last, lastVote } = await createVoting()
    const sent = expect(client.vote('lunch', [1])).rejects
    const outcome = sent.toMatchObject({ code: 'UNAVAILABLE', details: { voteId: lastVote().voteId } })
    const waiting = expect(client.vote('lunch', [2])).rejects.toMatchObject({ code: 'FORBIDDEN' })
    last().end(4403)
    await outcome
    await waiting
  })
})

describe('the token option', () => {
  it('with a voter token votes as that voter, and stores nothing', async () => {
    const { watch, settle, last, items } = create({ token: 'lpv_given' })
    items.set(`live-poll:voter:${server}`, 'lpv_kept')
    watch()
    await settle()
    last().welcome('v')
    expect(last().sent[0]).toEqual({ type: 'hello', token: 'lpv_given' })
    last().end(4401)
    await settle()
    expect([...items.values()]).toEqual(['lpv_kept'])
  })

  it('with an organizer’s key does not vote as the organizer', async () => {
    const { watch, settle, last, client, http } = create({ token: 'lpa_key' })
    watch()
    await settle()
    expect(http.log).toEqual(['GET /polls/lunch Bearer lpa_key'])
    last().welcome()
    void client.vote('lunch', [1])
    await settle()
    expect(http.log.at(-1)).toBe('POST /voters')
  })
})

describe('close', () => {
  it('rejects votes that are unanswered, leaves no timer, and takes nothing more', async () => {
    const { client, last, watched, settle } = await createVoting()
    const receipt = expect(client.vote('lunch', [1])).rejects.toThrow('its outcome is unknown')
    client.close()
    await receipt
    watched.stop()
    await settle()
    expect(vi.getTimerCount()).toBe(0)
    client.close()
    expect(last().isClosed).toBe(true)
    await expect(client.vote('lunch', [1])).rejects.toThrow('closed')
    expect(() => client.watch('lunch', () => {})).toThrow('closed')
  })

  it('without anything to close does nothing', () => {
    create().client.close()
  })
})

it('says what to pass where there is no WebSocket', async () => {
  vi.stubGlobal('WebSocket', undefined)
  const client = createPollClient({ server })
  expect(() => client.watch('lunch', () => {})).toThrow(/`ws` package/)
  await expect(client.vote('lunch', [1])).rejects.toThrow(/`ws` package/)
  expect(() => client.relay(async () => '')).toThrow(/`ws` package/)
  vi.unstubAllGlobals()
})
