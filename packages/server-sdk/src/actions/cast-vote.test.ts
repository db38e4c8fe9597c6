import { expect, it } from 'vitest'
import type { DecidedVote } from '../ballot-box/group-commit.ts'
import type { PreparedPoll } from '../ballot-box/poll-facts.ts'
import type { PreparedVote } from '../ports/ballot-store.ts'
import { createCastVote } from './cast-vote.ts'

const request = { pollId: 'p', voter: { kind: 'user', id: 'ada' }, voteId: 'v', choices: [1] } as const

/** @param outcomes of the box, one for each time the vote is prepared; the last one again and again */
function createSetup(outcomes: readonly DecidedVote[], isMissing = false) {
  let plan = 1
  const cast: PreparedVote[] = []
  const dirty: string[] = []
  const prepared = (): PreparedPoll => ({
    rules: {
      ...{
        id: 'p',
        plan,
        epoch: 1,
        boxes: 1,
        canChange: true,
        salt: '',
        opensAt: null,
        closesAt: null,
        closedAt: null,
      },
      ballot: { kind: 'choose', min: 1, max: 1 },
      choices: [{ id: 1, label: 'Soup' }],
    },
    voterKeys: new Uint8Array(32),
  })
  const castVote = createCastVote(
    {
      get: async () => (isMissing ? undefined : prepared()),
      drop: () => {
        plan++
      },
    },
    {
      cast: async (vote) => {
        cast.push(vote)
        return outcomes[Math.min(cast.length, outcomes.length) - 1] ?? { kind: 'stale' }
      },
      drain: async () => {},
    },
    { markDirty: (id) => dirty.push(id), newest: () => undefined, onNews: () => () => {}, deleted() {}, close() {} },
  )
  return { castVote, cast, dirty }
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
  const { castVote, dirty } = createSetup([{ kind: 'refused', code: 'REVISION_CONFLICT', revision: 7 }])
  await expect(castVote(request)).rejects.toMatchObject({ code: 'REVISION_CONFLICT', details: { revision: 7 } })
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
