import { vi } from 'vitest'
import { createPollClient, type PollClientOptions } from '../src/create-poll-client.ts'
import type { TokenStorage } from '../src/live/voter.ts'
import type { WatchedPoll } from '../src/live/watched-poll.ts'
import type { VoteMessage } from '../src/protocol/messages.ts'
import type { Poll, Vote } from '../src/protocol/models.ts'
import { createFakeNetwork } from './fake-web-socket.ts'
import { samplePoll } from './samples.ts'

export const server = 'http://my.app/live-poll'
/** A vote of an earlier visit. */
export const own: Vote = { voteId: 'earlier', choices: [1], revision: 4 }

/** A server that answers over HTTP by itself; on the sockets the test speaks for it. */
export function createPage(options: PollClientOptions = {}) {
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
export async function createVotingPage(vote: Vote | null = null) {
  const all = createPage()
  all.items.set(`live-poll:voter:${server}`, 'lpv_kept')
  const watched = all.watch()
  await all.settle()
  all.last().welcome('v')
  all.sayPoll({}, vote)
  return { ...all, watched }
}
