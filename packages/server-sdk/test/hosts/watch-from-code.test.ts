import { isNewer, type Results } from '@live-poll/client-sdk/protocol'
import type { Database } from '@live-poll/server-sdk'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { readMetrics } from '../read-metrics.ts'
import { makeStorage, type Storage, storageIn } from '../servers/storage.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import { createPoll } from './channel-visitor.ts'
import { startWatching } from './watchers.ts'

const done = { value: undefined, done: true }

let storage: Storage
let running: RunningLivePoll
/** Statements that read polls. */
let readings = 0
beforeAll(async () => {
  storage = await makeStorage()
  const { directory } = storage
  const { database: real } = storageIn(directory)
  const database: Database = {
    ...real,
    async open(logger) {
      const opened = await real.open(logger)
      const readMany: typeof opened.polls.readMany = (pollIds) => {
        readings++
        return opened.polls.readMany(pollIds)
      }
      return { ...opened, polls: { ...opened.polls, readMany } }
    },
  }
  running = await startLivePoll({ directory, database, resultsInterval: 50, authorize: () => false })
})
afterAll(async () => {
  await running.stop()
  await storage.drop()
  expect(running.logger.errors).toEqual([])
})

const api = () => running.livePoll.api
const vote = (pollId: string, voter: string, choice = 1) => api().castVote({ pollId, voter, choices: [choice] })
const watchedPolls = async () => readMetrics(await running.livePoll.metrics()).value('live_poll_watched_polls')

describe('Results watched from the host’s code', () => {
  it('are those of now, and then each newer one, to the last', async () => {
    const { id } = await createPoll(running)
    await vote(id, 'first')
    const seen: Results[] = []
    const watching = (async () => {
      for await (const results of api().watch(id)) {
        seen.push(results)
        if (results.state === 'closed') break
      }
    })()
    await vi.waitFor(() => expect(seen).toHaveLength(1))
    expect(seen[0]).toEqual(await api().getResults(id))
    for (let round = 0; round < 20; round++) {
      await Promise.all(Array.from({ length: 10 }, (_, index) => vote(id, `v${round}-${index}`, 1 + (index % 2))))
    }
    await api().closePoll(id)
    await watching
    for (let index = 1; index < seen.length; index++) {
      expect(isNewer(seen[index] as Results, seen[index - 1] as Results)).toBe(true)
    }
    expect(seen.length).toBeGreaterThan(3)
    expect(seen.at(-1)).toEqual(await api().getResults(id))
    expect(seen.at(-1)).toMatchObject({ state: 'closed', votes: [101, 100], voters: 201 })
    expect(await watchedPolls(), 'a break frees everything').toBe(0)
  })

  it('go on over an edit and a reset, and are shown though they are hidden from others', async () => {
    const { id, choices } = await createPoll(running, { showResults: 'organizers', minVoters: 5 })
    const results = api().watch(id)
    expect((await results.next()).value).toMatchObject({ voters: 0, epoch: 1 })
    await vote(id, 'ada')
    expect((await results.next()).value).toMatchObject({ votes: [1, 0] })
    await api().editPoll(id, { choices: [...choices, 'Pie'] })
    expect((await results.next()).value).toMatchObject({ edition: 2, votes: [1, 0, 0] })
    await api().resetPoll(id, { epoch: 1 })
    expect((await results.next()).value).toMatchObject({ epoch: 2, voters: 0 })
    await results.return?.()
  })

  it('are the newest for who is slow', async () => {
    const { id } = await createPoll(running)
    const results = api().watch(id)
    await results.next()
    const screen = await startWatching(running, 'ws', id)
    for (let voters = 1; voters <= 5; voters++) {
      await vote(id, `v${voters}`)
      await screen.take('results', (message) => message.voters === voters)
    }
    expect((await results.next()).value).toMatchObject({ voters: 5 })
    const next = results.next()
    await vote(id, 'v6')
    expect((await next).value, 'none twice').toMatchObject({ voters: 6 })
    await results.return?.()
    await screen.close()
  })

  it('are waited for no longer once the watching is ended, by return or by a signal', async () => {
    const { id } = await createPoll(running)
    const aborting = new AbortController()
    const [one, other] = [api().watch(id), api().watch(id, { signal: aborting.signal })]
    await Promise.all([one.next(), other.next()])
    const waiting = [one.next(), other.next()]
    expect(await watchedPolls()).toBe(1)
    await one.return?.()
    expect(await waiting[0]).toEqual(done)
    expect(await watchedPolls()).toBe(1)
    aborting.abort()
    expect(await waiting[1]).toEqual(done)
    expect(await watchedPolls()).toBe(0)
    await vote(id, 'ada')
    expect([await one.next(), await other.next()]).toEqual([done, done])
    expect(await api().watch(id, { signal: aborting.signal }).next()).toEqual(done)
    const begun = api().watch(id)
    const first = begun.next()
    await begun.return?.()
    expect(await first, 'before it was there').toEqual(done)
    expect(await watchedPolls()).toBe(0)
  })

  it('end with POLL_NOT_FOUND when the poll is deleted, and where there is none', async () => {
    const { id } = await createPoll(running)
    const results = api().watch(id)
    await results.next()
    const next = results.next()
    await api().deletePoll(id)
    await expect(next).rejects.toMatchObject({ code: 'POLL_NOT_FOUND' })
    expect(await results.next()).toEqual(done)
    for (const pollId of [id, 'p_nowhere', 'no poll at all', undefined as never]) {
      await expect(api().watch(pollId).next()).rejects.toMatchObject({ code: 'POLL_NOT_FOUND' })
    }
    expect(await watchedPolls()).toBe(0)
  })

  it('cost two readings for a thousand who watch, and tell nobody that they are there', async () => {
    const { id } = await createPoll(running)
    const before = readings
    const all = Array.from({ length: 1000 }, () => api().watch(id))
    for (const first of await Promise.all(all.map((results) => results.next()))) {
      expect(first.value).toMatchObject({ voters: 0 })
    }
    expect(readings - before, 'one, and one for who asked while it was under way').toBeLessThanOrEqual(2)
    const screen = await startWatching(running, 'uWebSockets.js', id)
    expect(screen.answer.watching).toBe(1)
    const waiting = all.map((results) => results.next())
    const beforeVote = readings
    await vote(id, 'ada')
    for (const next of await Promise.all(waiting)) expect(next.value).toMatchObject({ voters: 1 })
    expect(readings - beforeVote).toBeLessThanOrEqual(2)
    await Promise.all(all.map((results) => results.return?.()))
    expect(await watchedPolls(), 'the screen').toBe(1)
    await screen.close()
    await vi.waitFor(async () => expect(await watchedPolls()).toBe(0))
  })
})

it('Closing ends the watching without an error', async () => {
  const other = await startLivePoll()
  const { id } = await createPoll(other)
  const seen: Results[] = []
  const watching = (async () => {
    for await (const results of other.livePoll.api.watch(id)) seen.push(results)
    return 'ended'
  })()
  await vi.waitFor(() => expect(seen).toHaveLength(1))
  await other.livePoll.close()
  expect(await watching).toBe('ended')
  await expect(other.livePoll.api.watch(id).next()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  await other.stop()
})
