import { expect, it } from 'vitest'
import { readMetrics } from '../../test/read-metrics.ts'
import { createMemoryMetrics } from '../adapters/memory/metrics.ts'
import type { DecidedVote } from '../ballot-box/group-commit.ts'
import type { PreparedPoll } from '../ballot-box/poll-facts.ts'
import { pollFacts } from '../domain/poll.fixture.ts'
import type { PreparedVote } from '../ports/ballot-store.ts'
import { createCastVote, createSubmitVote } from './cast-vote.ts'

const request = { pollId: 'p', voter: { kind: 'user', id: 'ada' }, voteId: 'v', choices: [1] } as const

/**
 * A poll that gets another choice with each plan.
 * @param outcomes of the box, one for each time the vote is prepared; the last one again and again
 */
function createSetup(outcomes: readonly DecidedVote[], isMissing = false) {
  let plan = 1
  const cast: PreparedVote[] = []
  const dirty: string[] = []
  const prepared = (): PreparedPoll => ({
    rules: pollFacts({
      plan,
      choices: Array.from({ length: plan }, (_, index) => ({ id: index + 1, label: `Choice ${index}` })),
    }),
    voterKeys: new Uint8Array(32),
  })
  let readings = 0
  let poll: PreparedPoll | undefined
  const metrics = createMemoryMetrics()
  const submitVote = createSubmitVote(
    {
      async get() {
        if (isMissing) return undefined
        if (!poll) readings++
        poll ??= prepared()
        return poll
      },
      known: () => poll,
      drop(_, stale) {
        if (stale !== undefined && stale !== poll) return
        poll = undefined
        plan++
      },
    },
    {
      cast(vote, caster) {
        cast.push(vote)
        const outcome = outcomes[Math.min(cast.length, outcomes.length) - 1] ?? { kind: 'stale' }
        setImmediate(() => caster.decided(outcome))
      },
    },
    { markDirty: (id) => dirty.push(id) },
    async () => true,
    metrics,
  )
  const castVote = createCastVote(submitVote)
  const counted = (name: string, labels = {}) => readMetrics(metrics.text()).value(name, labels)
  return { castVote, cast, dirty, readings: () => readings, counted }
}

it('answers the receipt of a committed vote, and has its results read', async () => {
  const { castVote, dirty } = createSetup([{ kind: 'accepted', revision: 3, epoch: 2 }])
  expect(await castVote(request)).toEqual({ voteId: 'v', revision: 3, epoch: 2 })
  expect(dirty).toEqual(['p'])
})

it('answers a repeat the same, and says that it was one', async () => {
  const { castVote } = createSetup([{ kind: 'duplicate', revision: 3, epoch: 2 }])
  expect(await castVote(request)).toEqual({ voteId: 'v', revision: 3, epoch: 2, duplicate: true })
})

it('throws what the box refused, with what stands', async () => {
  const details = { revision: 7, vote: { voteId: 'w', choices: [2], revision: 7 } }
  const { castVote, dirty } = createSetup([{ kind: 'refused', code: 'REVISION_CONFLICT', ...details }])
  await expect(castVote(request)).rejects.toMatchObject({ code: 'REVISION_CONFLICT', details })
  expect(dirty).toEqual([])
})

it('throws POLL_NOT_FOUND for a poll that is not there, without asking the box', async () => {
  const { castVote, cast } = createSetup([], true)
  await expect(castVote(request)).rejects.toMatchObject({ code: 'POLL_NOT_FOUND' })
  expect(cast).toEqual([])
})

it('prepares a vote again when the plan has changed', async () => {
  const { castVote, cast } = createSetup([{ kind: 'stale' }, { kind: 'accepted', revision: 1, epoch: 1 }])
  await castVote(request)
  expect(cast.map((vote) => vote.plan)).toEqual([1, 2])
})

it('gives up with BUSY where every plan is stale at once', async () => {
  const { castVote, cast } = createSetup([{ kind: 'stale' }])
  await expect(castVote(request)).rejects.toMatchObject({ code: 'BUSY', details: { retryAfter: expect.any(Number) } })
  expect(cast).toHaveLength(10)
})

it('reads the poll anew for a vote that does not fit: a choice may have been added since', async () => {
  const { castVote, cast } = createSetup([{ kind: 'accepted', revision: 1, epoch: 1 }])
  await castVote({ ...request, choices: [2] })
  expect(cast).toMatchObject([{ plan: 2, ballot: [2] }])
})

it('refuses what does not fit the new reading either, without asking the box', async () => {
  const { castVote, cast, readings } = createSetup([])
  await expect(castVote({ ...request, choices: [9] })).rejects.toMatchObject({
    code: 'INVALID',
    details: { issues: [{ path: 'choices' }] },
  })
  expect(cast).toEqual([])
  expect(readings()).toBe(2)
})

it('reads the poll anew once for many votes that do not fit', async () => {
  const { castVote, readings } = createSetup([{ kind: 'accepted', revision: 1, epoch: 1 }])
  await Promise.all(Array.from({ length: 100 }, () => castVote({ ...request, choices: [2] })))
  expect(readings()).toBe(2)
})

it('counts what became of each vote once, whoever decided it', async () => {
  const name = (end: string) => `live_poll_votes_${end}_total`
  const one = createSetup([
    { kind: 'accepted', revision: 1, epoch: 1 },
    { kind: 'duplicate', revision: 1, epoch: 1 },
    { kind: 'refused', code: 'POLL_CLOSED' },
    { kind: 'stale' },
  ])
  await one.castVote(request)
  await one.castVote(request)
  await expect(one.castVote(request)).rejects.toMatchObject({ code: 'POLL_CLOSED' })
  await expect(one.castVote(request)).rejects.toMatchObject({ code: 'BUSY' })
  await expect(one.castVote({ ...request, choices: [999] })).rejects.toMatchObject({ code: 'INVALID' })
  expect(one.counted(name('accepted'))).toBe(1)
  expect(one.counted(name('duplicate'))).toBe(1)
  for (const code of ['POLL_CLOSED', 'BUSY', 'INVALID']) expect(one.counted(name('refused'), { code })).toBe(1)
  expect(one.counted(name('refused'), { code: 'INTERNAL' })).toBe(0)
})
