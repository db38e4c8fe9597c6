import { createPollClient, type WatchedPoll } from '@live-poll/client-sdk'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'

let running: RunningLivePoll
beforeAll(async () => {
  running = await startLivePoll({ resultsInterval: 10 })
})
afterAll(() => running.stop())

/** A network that lets no WebSocket through. */
class BlockedWebSocket {
  onopen: unknown = null
  onmessage: unknown = null
  onclose: unknown = null
  onerror: unknown = null
  constructor() {
    queueMicrotask(() => typeof this.onclose === 'function' && this.onclose({ code: 1006 }))
  }
  send(): void {}
  close(): void {}
}

/** A network that lets no stream of events through either. */
const holdStreamsBack: typeof fetch = (url, init) =>
  `${url}`.includes('/events') ? Promise.reject(new TypeError('held back')) : fetch(url, init)

describe.each([
  ['sse', fetch],
  ['polling', holdStreamsBack],
] as const)('a page where no WebSocket opens, by %s', (transport, fetch) => {
  it('sees results after its own vote, changes it, takes it back, and follows a reset and a deletion', {
    timeout: 60_000,
  }, async () => {
    const { api } = running.livePoll
    const poll = await api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'], showResults: 'after-vote' })
    const page = createPollClient({
      server: `${running.origin}/live-poll`,
      WebSocket: BlockedWebSocket,
      storage: null,
      fetch,
    })
    let now: WatchedPoll | undefined
    page.watch(poll.id, (state) => {
      now = state
    })
    const sees = (fields: object) =>
      vi.waitFor(() => expect(now).toMatchObject(fields), { timeout: 8000, interval: 20 })
    await sees({ transport, status: 'ready', results: null, vote: null })
    await api.castVote({ pollId: poll.id, voter: 'ada', choices: [1] })
    expect(await page.vote(poll.id, [2])).toMatchObject({ revision: 1, epoch: 1 })
    await sees({ vote: { choices: [2], revision: 1 }, results: { votes: [1, 1], voters: 2 } })
    expect(Math.abs((now?.serverNow() ?? 0) - Date.now())).toBeLessThan(5000)
    expect(await page.vote(poll.id, [1])).toMatchObject({ revision: 2 })
    await sees({ results: { votes: [2, 0] } })
    expect(await page.vote(poll.id, null)).toMatchObject({ revision: 3 })
    await sees({ vote: { choices: null, revision: 3 }, results: null })
    await api.resetPoll(poll.id, { epoch: 1 })
    await sees({ vote: null, poll: { epoch: 2, state: 'open' }, transport })
    expect(await page.vote(poll.id, [1])).toMatchObject({ revision: 1, epoch: 2 })
    await sees({ results: { votes: [1, 0], epoch: 2 } })
    await api.deletePoll(poll.id)
    await sees({ status: 'not-found', poll: null })
    page.close()
  })
})
