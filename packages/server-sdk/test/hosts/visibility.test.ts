import type { Poll, PollState, Results, ShowResults, VoterAdmission } from '@live-poll/client-sdk/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adminKey } from '../admin-key.ts'
import { createHttpClient, type HttpClient } from '../http-client.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import { createPoll, newVoter } from './channel-visitor.ts'
import { startWatching, wires } from './watchers.ts'

let running: RunningLivePoll
let call: HttpClient
beforeAll(async () => {
  running = await startLivePoll({ resultsInterval: 10 })
  call = createHttpClient(running.origin)
})
afterAll(() => running.stop())

type Viewer = 'nobody' | 'a voter' | 'who has voted' | 'who has retracted'
const viewers: readonly Viewer[] = ['nobody', 'a voter', 'who has voted', 'who has retracted']

/** As a table: who sees results besides organizers, once enough have voted. */
const seen: Readonly<Record<ShowResults, Readonly<Record<PollState, readonly Viewer[]>>>> = {
  always: { scheduled: viewers, open: viewers, closed: viewers },
  'after-vote': { scheduled: [], open: ['who has voted'], closed: viewers },
  'after-close': { scheduled: [], open: [], closed: viewers },
  organizers: { scheduled: [], open: [], closed: [] },
}

const enough = { 'no number asked for': null, 'enough voters': 2, 'too few voters': 9 } as const
type Enough = keyof typeof enough

const cases = (Object.keys(seen) as ShowResults[]).flatMap((showResults) =>
  (['scheduled', 'open', 'closed'] as const).flatMap((state) =>
    (Object.keys(enough) as Enough[]).map((reached) => ({ showResults, state, reached })),
  ),
)

/** A poll with two ballots in its box, and one taken back; a scheduled one has none. */
async function prepare(showResults: ShowResults, state: PollState, minVoters: number | null) {
  const opensAt = state === 'scheduled' ? new Date(Date.now() + 3_600_000).toISOString() : null
  const { id } = await createPoll(running, { showResults, minVoters, opensAt })
  const voters: Readonly<Record<Viewer, VoterAdmission | undefined>> = {
    nobody: undefined,
    'a voter': await newVoter(running),
    'who has voted': await newVoter(running),
    'who has retracted': await newVoter(running),
  }
  if (state !== 'scheduled') {
    const { token: retracted } = voters['who has retracted'] as VoterAdmission
    await put(id, retracted, { voteId: 'v-1', choices: [1] })
    const { body } = await call('DELETE', `/polls/${id}/vote?voteId=v-2`, { token: retracted })
    expect(body).toMatchObject({ revision: 2 })
    for (const token of [voters['who has voted']?.token, (await newVoter(running)).token]) {
      await put(id, token as string, { voteId: 'v-1', choices: [1] })
    }
  }
  if (state === 'closed') await call('POST', `/polls/${id}/close`, { token: adminKey })
  return { id, voters }
}

async function put(pollId: string, token: string, body: object) {
  const answer = await call('PUT', `/polls/${pollId}/vote`, { token, body })
  expect(answer.status).toBe(200)
  return answer
}

describe.each(cases)('results shown "$showResults", $state, $reached', ({ showResults, state, reached }) => {
  const expected = (viewer: Viewer): boolean => {
    if (reached === 'too few voters' || (reached === 'enough voters' && state === 'scheduled')) return false
    return seen[showResults][state].includes(viewer)
  }
  const isPublic = expected('nobody')
  const tally = { kind: 'choose', state, ...(state === 'scheduled' ? { voters: 0 } : { voters: 2, votes: [2, 0] }) }

  it('over HTTP', async () => {
    const { id, voters } = await prepare(showResults, state, enough[reached])
    for (const viewer of viewers) {
      const token = voters[viewer]?.token
      const poll = await call<Poll>('GET', `/polls/${id}`, { token })
      const results = await call<Results>('GET', `/polls/${id}/results`, { token })
      expect(poll, viewer).toMatchObject({ status: 200, body: { state, results: expected(viewer) ? tally : null } })
      if (expected(viewer)) expect(results, viewer).toMatchObject({ status: 200, body: tally })
      else expect(results, viewer).toMatchObject({ status: 403, body: { error: { code: 'RESULTS_HIDDEN' } } })
      expect(poll.headers, viewer).toMatchObject({
        vary: isPublic ? 'Origin' : 'Origin, Authorization',
        'cache-control': isPublic ? 'no-cache' : 'private, no-cache',
        'live-poll-now': expect.stringMatching(/^\d{4}-.*Z$/),
      })
      const held = { 'if-none-match': poll.headers.etag ?? '' }
      const same = await call('GET', `/polls/${id}`, { token, headers: held })
      expect(same, viewer).toMatchObject({ status: 304, headers: { 'live-poll-now': expect.any(String) } })
      // What is held as an organizer is not what others get.
      const asOrganizer = await call<Poll>('GET', `/polls/${id}`, { token: adminKey, headers: held })
      expect(asOrganizer.status, viewer).toBe(expected(viewer) ? 304 : 200)
      expect((await call<Results>('GET', `/polls/${id}/results`, { token: adminKey })).body).toMatchObject(tally)
    }
    expect(await running.livePoll.api.getPoll(id)).toMatchObject({ results: tally })
    expect(await running.livePoll.api.getResults(id)).toMatchObject(tally)
  })

  it.each(wires)('over %s', async (wire) => {
    const { id, voters } = await prepare(showResults, state, enough[reached])
    const watchers = await Promise.all(
      viewers.map(async (viewer) => ({ viewer, socket: await startWatching(running, wire, id, voters[viewer]) })),
    )
    for (const { viewer, socket } of watchers) {
      const { poll, watching } = socket.answer
      expect(poll, viewer).toMatchObject({ state, results: expected(viewer) ? tally : null })
      expect(watching === undefined, viewer).toBe(!expected(viewer))
    }
    if (state === 'open') await put(id, (await newVoter(running)).token, { voteId: 'v-1', choices: [2] })
    const choices = [
      { id: 1, label: 'Bisque' },
      { id: 2, label: 'Salad' },
    ]
    await running.livePoll.api.editPoll(id, { choices })
    for (const { viewer, socket } of watchers) {
      // The edit reaches everyone: whatever else was to come has come before it.
      if (expected(viewer)) await socket.take('results', (results) => results.edition === 2)
      else await socket.take('state', (frame) => frame.edition === 2)
      const others = socket.untaken.filter((frame) => !expected(viewer) || frame.type !== 'results')
      expect(others, viewer).toEqual([])
      await socket.close()
    }
  })
})

it('has told the log of nothing', () => {
  expect(running.logger.errors).toEqual([])
})
