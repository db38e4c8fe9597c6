import { afterAll, beforeAll, expect, it } from 'vitest'
import { adminKey } from '../admin-key.ts'
import { openEmbeddedStores } from '../conformance/embedded-stores.ts'
import type { StoresUnderTest } from '../conformance/stores.ts'
import { createHttpClient, type HttpClient } from '../http-client.ts'
import { embeddedDatabase } from '../servers/share-embedded.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'

let stores: StoresUnderTest
let running: RunningLivePoll
let call: HttpClient
beforeAll(async () => {
  stores = await openEmbeddedStores()
  running = await startLivePoll({
    database: embeddedDatabase(stores.db),
    secret: 'a secret of at least 32 bytes, for tests',
    identify: ({ headers }) => (headers.has('x-user') ? { id: headers.get('x-user') ?? '' } : undefined),
    authorize: ({ action, user }) => user?.id === 'watchman' && action === 'readMetrics',
  })
  call = createHttpClient(running.origin)
})
afterAll(async () => {
  await running.stop()
  await stores.close()
})

/** What the counters say, by their names. */
async function readCounters(): Promise<Record<string, number>> {
  const { status, headers, body } = await call<string>('GET', '/metrics', { token: adminKey })
  expect(status).toBe(200)
  expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
  return Object.fromEntries([...body.matchAll(/^(\w+) (\d+)$/gm)].map(([, name, value]) => [name, Number(value)]))
}

it('tells of polls that were counted again, and of those whose tallies were wrong', async () => {
  const { api } = running.livePoll
  const { id } = await api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })
  for (const [voter, choice] of [
    ['ada', 1],
    ['bob', 2],
    ['cy', 2],
  ] as const) {
    await api.castVote({ pollId: id, voter, choices: [choice] })
  }
  expect(await readCounters()).toMatchObject({ live_poll_recounts_total: 0, live_poll_recounts_repaired_total: 0 })

  expect(await api.recountPoll(id)).toEqual({ ballots: 3, differences: [] })
  expect(await readCounters()).toMatchObject({ live_poll_recounts_total: 1, live_poll_recounts_repaired_total: 0 })

  const ofSalad = stores.db.updateTable('live_poll_tallies').where('poll_id', '=', id).where('bucket', '=', 'only-2')
  await ofSalad.set({ votes: 7 }).execute()
  const differences = [
    { bucket: '2', tallied: 7, counted: 2 },
    { bucket: 'voters', tallied: 8, counted: 3 },
  ]
  expect(await api.recountPoll(id)).toEqual({ ballots: 3, differences })
  expect(await api.getResults(id)).toMatchObject({ votes: [1, 2], voters: 3 })
  expect(await readCounters()).toMatchObject({ live_poll_recounts_total: 2, live_poll_recounts_repaired_total: 1 })

  await expect(api.recountPoll('p_nowhere')).rejects.toMatchObject({ code: 'POLL_NOT_FOUND' })
  expect(await readCounters()).toMatchObject({ live_poll_recounts_total: 2, live_poll_recounts_repaired_total: 1 })
})

it('tells them to nobody but organizers', async () => {
  const statusFor = async (options: Parameters<HttpClient>[2]) => (await call('GET', '/metrics', options)).status
  const [ada] = await running.livePoll.api.nameVoters(['ada'])
  expect(await statusFor({})).toBe(401)
  expect(await statusFor({ token: ada?.token })).toBe(403)
  expect(await statusFor({ token: `${adminKey}x` })).toBe(401)
  expect(await statusFor({ headers: { 'x-user': 'ada' } })).toBe(403)
  expect(await statusFor({ headers: { 'x-user': 'watchman' } })).toBe(200)
})
