import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PollToInsert } from '../../src/ports/poll-store.ts'
import {
  insertPoll,
  type MakeStores,
  readPoll,
  readVote,
  recount,
  type StoresUnderTest,
  setBoxes,
  tally,
  vote,
} from './stores.ts'

const hourAgo = new Date(Date.now() - 3_600_000)
const inAnHour = new Date(Date.now() + 3_600_000)

/** The contract of `BallotStore`, one vote or batch at a time. */
export function describeBallotStore(name: string, make: MakeStores): void {
  describe(`BallotStore on ${name}`, () => {
    let stores: StoresUnderTest
    beforeAll(async () => {
      stores = await make()
    })
    afterAll(() => stores.close())

    const commit = (...votes: readonly ReturnType<typeof vote>[]) => stores.ballots.commit(votes)
    const versionOf = async (pollId: string) => (await readPoll(stores, pollId)).version

    async function expectCounted(pollId: string, buckets: Record<string, number>) {
      expect(await tally(stores, pollId)).toEqual(buckets)
      expect(await recount(stores, pollId)).toEqual(buckets)
    }

    describe('a vote', () => {
      it('is accepted, kept and counted', async () => {
        const pollId = await insertPoll(stores)
        const first = vote(pollId, { ballot: [1, 3] })
        expect(await commit(first)).toEqual([{ kind: 'accepted', revision: 1, epoch: 1 }])
        expect(await readVote(stores, pollId, first.voterKey)).toMatchObject({
          ballot: [1, 3],
          revision: 1,
          voteId: first.voteId,
        })
        await expectCounted(pollId, { voters: 1, 1: 1, 3: 1 })
        expect(await versionOf(pollId)).toBe(1)
      })

      it('replaces the one before it', async () => {
        const pollId = await insertPoll(stores)
        const first = vote(pollId, { ballot: [1, 2] })
        await commit(first)
        const second = vote(pollId, { voterKey: first.voterKey, ballot: [2, 3], revision: 1 })
        expect(await commit(second)).toEqual([{ kind: 'accepted', revision: 2, epoch: 1 }])
        await expectCounted(pollId, { voters: 1, 2: 1, 3: 1 })
        expect(await versionOf(pollId)).toBe(2)
      })

      it('is taken back, keeps its revision, and may be cast again', async () => {
        const pollId = await insertPoll(stores)
        const first = vote(pollId)
        const { voterKey } = first
        await commit(first)
        expect(await commit(vote(pollId, { voterKey, ballot: null, revision: 1 }))).toEqual([
          { kind: 'accepted', revision: 2, epoch: 1 },
        ])
        expect(await readVote(stores, pollId, voterKey)).toMatchObject({ ballot: null, revision: 2 })
        await expectCounted(pollId, {})
        await commit(vote(pollId, { voterKey, ballot: [2], revision: 2 }))
        expect(await readVote(stores, pollId, voterKey)).toMatchObject({ ballot: [2], revision: 3 })
        await expectCounted(pollId, { voters: 1, 2: 1 })
      })

      it('is nothing to read before it is cast, or in another poll', async () => {
        const pollId = await insertPoll(stores)
        const first = vote(pollId)
        await commit(first)
        expect(await readVote(stores, pollId, 'somebody else')).toBeUndefined()
        expect(await readVote(stores, await insertPoll(stores), first.voterKey)).toBeUndefined()
      })

      it('is read with those of many others, of other polls too, in the order asked for', async () => {
        const [one, other] = [await insertPoll(stores), await insertPoll(stores)]
        const votes = Array.from({ length: 20 }, (_, index) => vote(index % 2 ? one : other))
        await commit(...votes)
        const nobody = { pollId: one, voterKey: 'somebody else' }
        const asked = [...votes.slice(10), nobody, ...votes.slice(0, 10), ...votes.slice(5, 7)]
        const rows = await stores.ballots.readVotes(asked)
        expect(rows.map((row) => row?.voteId)).toEqual(
          asked.map((each) => ('voteId' in each && each.voteId) || undefined),
        )
        expect(await stores.ballots.readVotes([])).toEqual([])
      })
    })

    describe('a vote that is not counted', () => {
      // The poll, the vote (by a voter who has voted for 1 at revision 1, where `by` says so), and the answer.
      it.each<[string, Partial<PollToInsert>, Partial<ReturnType<typeof vote>>, 'a voter' | 'nobody', object]>([
        ['another plan', {}, { plan: 2 }, 'nobody', { kind: 'stale' }],
        ['an epoch long gone', {}, { epoch: 0 }, 'nobody', { kind: 'refused', code: 'EPOCH_CHANGED', epoch: 1 }],
        [
          'a stale revision',
          {},
          { revision: 0 },
          'a voter',
          { kind: 'refused', code: 'REVISION_CONFLICT', revision: 1 },
        ],
        ['a revision never made', {}, { revision: 3 }, 'nobody', { kind: 'refused', code: 'REVISION_CONFLICT' }],
        ['a second vote, changes off', { canChange: false }, {}, 'a voter', { kind: 'refused', code: 'ALREADY_VOTED' }],
        ['a retraction, changes off', { canChange: false }, { ballot: null }, 'a voter', { code: 'ALREADY_VOTED' }],
        ['nothing to take back', {}, { ballot: null }, 'nobody', { kind: 'refused', code: 'NOT_FOUND' }],
        ['before the opening', { opensAt: inAnHour }, {}, 'nobody', { kind: 'refused', code: 'POLL_NOT_OPEN' }],
        ['after the closing time', { closesAt: hourAgo }, {}, 'nobody', { kind: 'refused', code: 'POLL_CLOSED' }],
      ])('leaves no trace: %s', async (_, fields, changes, by, outcome) => {
        const pollId = await insertPoll(stores, fields)
        const first = vote(pollId)
        if (by === 'a voter') await commit(first)
        const before = await readPoll(stores, pollId)
        const refused = vote(pollId, { voterKey: first.voterKey, ...changes })
        expect(await commit(refused)).toEqual([expect.objectContaining(outcome)])

        const { version, buckets } = await readPoll(stores, pollId)
        expect({ version, buckets }).toEqual({ version: before.version, buckets: before.buckets })
        const held = await readVote(stores, pollId, first.voterKey)
        expect(held?.voteId).toBe(by === 'a voter' ? first.voteId : undefined)
      })

      it('is told so when its poll never was', async () => {
        expect(await commit(vote('p_nowhere'))).toEqual([{ kind: 'refused', code: 'POLL_NOT_FOUND' }])
      })

      it('is told so when its poll has gone, at the latest in a batch of its own', async () => {
        const gone = await insertPoll(stores)
        await stores.polls.delete(gone)
        const here = await insertPoll(stores)
        expect(await commit(vote(gone))).toEqual([{ kind: 'refused', code: 'POLL_NOT_FOUND' }])
        const [refused, accepted] = await commit(vote(gone), vote(here))
        expect(['passed-over', 'refused']).toContain(refused?.kind)
        expect(accepted).toMatchObject({ kind: 'accepted' })
      })

      it('is sent back when its box is there and its plan is not', async () => {
        const pollId = await insertPoll(stores)
        await setBoxes(stores, pollId, 2)
        expect(await commit(vote(pollId))).toEqual([{ kind: 'stale' }])
        expect(await commit(vote(pollId, { plan: 2, box: 1 }))).toMatchObject([{ kind: 'accepted' }])
      })
    })

    describe('a repeat', () => {
      it('is answered as before, and not counted again', async () => {
        const pollId = await insertPoll(stores, { canChange: false })
        const first = vote(pollId, { revision: 0, epoch: 1 })
        await commit(first)
        expect(await commit(first)).toEqual([{ kind: 'duplicate', revision: 1, epoch: 1 }])
        await expectCounted(pollId, { voters: 1, 1: 1 })
        expect(await versionOf(pollId)).toBe(1)
      })

      it('is answered as before after the close', async () => {
        const pollId = await insertPoll(stores)
        const first = vote(pollId)
        await commit(first)
        await stores.polls.close(pollId, 'now')
        const { facts } = await readPoll(stores, pollId)
        const again = { ...first, plan: facts.plan }
        expect(await commit(again)).toEqual([{ kind: 'duplicate', revision: 1, epoch: 1 }])
        expect(await commit(vote(pollId, { plan: facts.plan }))).toEqual([{ kind: 'refused', code: 'POLL_CLOSED' }])
        await expectCounted(pollId, { voters: 1, 1: 1 })
      })

      it('of a vote since replaced does not bring it back', async () => {
        const pollId = await insertPoll(stores)
        const first = vote(pollId, { revision: 0 })
        await commit(first)
        const second = vote(pollId, { voterKey: first.voterKey, ballot: [2], revision: 1 })
        await commit(second)
        const stands = { voteId: second.voteId, choices: [2], revision: 2 }
        expect(await commit(first)).toEqual([{ kind: 'refused', code: 'REVISION_CONFLICT', revision: 2, vote: stands }])
        await expectCounted(pollId, { voters: 1, 2: 1 })
      })

      it('with other choices is refused', async () => {
        const pollId = await insertPoll(stores)
        const first = vote(pollId)
        await commit(first)
        expect(await commit({ ...first, ballot: [2] })).toEqual([
          { kind: 'refused', code: 'VOTE_ID_REUSED', revision: 1 },
        ])
        await expectCounted(pollId, { voters: 1, 1: 1 })
      })

      it('of another voter is a vote of its own', async () => {
        const pollId = await insertPoll(stores)
        const first = vote(pollId)
        await commit(first)
        expect(await commit({ ...first, voterKey: 'somebody else' })).toMatchObject([{ kind: 'accepted', revision: 1 }])
        await expectCounted(pollId, { voters: 2, 1: 2 })
      })
    })

    describe('a batch', () => {
      it('is decided in order, each vote seeing those before it', async () => {
        const pollId = await insertPoll(stores)
        const first = vote(pollId)
        const { voterKey } = first
        expect(
          await commit(
            first,
            first,
            vote(pollId, { voterKey, ballot: [2], revision: 0 }),
            vote(pollId, { voterKey, ballot: [2], revision: 1 }),
            vote(pollId, { voterKey, ballot: null }),
            vote(pollId, { voterKey, ballot: [3] }),
          ),
        ).toMatchObject([
          { kind: 'accepted', revision: 1 },
          { kind: 'duplicate', revision: 1 },
          { kind: 'refused', code: 'REVISION_CONFLICT', revision: 1 },
          { kind: 'accepted', revision: 2 },
          { kind: 'accepted', revision: 3 },
          { kind: 'accepted', revision: 4 },
        ])
        await expectCounted(pollId, { voters: 1, 3: 1 })
        expect(await versionOf(pollId)).toBe(1)
      })

      it('takes one vote of a voter where changes are off', async () => {
        const pollId = await insertPoll(stores, { canChange: false })
        const { voterKey } = vote(pollId)
        const outcomes = await commit(...Array.from({ length: 20 }, () => vote(pollId, { voterKey })))
        expect(outcomes[0]).toMatchObject({ kind: 'accepted' })
        for (const outcome of outcomes.slice(1)) expect(outcome).toMatchObject({ code: 'ALREADY_VOTED', revision: 1 })
        await expectCounted(pollId, { voters: 1, 1: 1 })
      })

      it('answers each vote of several polls and boxes in its place', async () => {
        const open = await insertPoll(stores)
        const wide = await insertPoll(stores)
        const closed = await insertPoll(stores, { closesAt: hourAgo })
        await setBoxes(stores, wide, 3)
        const kinds = await commit(
          vote(wide, { plan: 2, box: 2 }),
          vote(closed),
          vote(open, { ballot: [2] }),
          vote(wide, { plan: 1, box: 0 }),
          vote(wide, { plan: 2, box: 0, ballot: [3] }),
          vote(open),
        )
        expect(kinds.map((outcome) => outcome.kind)).toEqual([
          ...['accepted', 'refused', 'accepted', 'stale', 'accepted', 'accepted'],
        ])
        await expectCounted(open, { voters: 2, 1: 1, 2: 1 })
        await expectCounted(wide, { voters: 2, 1: 1, 3: 1 })
        await expectCounted(closed, {})
        expect(await versionOf(wide), 'one for each box, and one for the edit').toBe(3)
      })

      it('may be as large as a group commit makes it', async () => {
        const pollId = await insertPoll(stores)
        const votes = Array.from({ length: 1000 }, (_, index) => vote(pollId, { ballot: [1 + (index % 3)] }))
        const outcomes = await commit(...votes)
        expect(outcomes.filter((outcome) => outcome.kind === 'accepted')).toHaveLength(1000)
        await expectCounted(pollId, { voters: 1000, 1: 334, 2: 333, 3: 333 })
      })

      it('may be empty', async () => {
        expect(await commit()).toEqual([])
      })

      it('sent again after an unknown end counts nothing twice', async () => {
        const pollId = await insertPoll(stores)
        const votes = Array.from({ length: 50 }, () => vote(pollId))
        await commit(...votes.slice(0, 30))
        const outcomes = await commit(...votes)
        expect(outcomes.filter((outcome) => outcome.kind === 'duplicate')).toHaveLength(30)
        expect(outcomes.filter((outcome) => outcome.kind === 'accepted')).toHaveLength(20)
        await expectCounted(pollId, { voters: 50, 1: 50 })
      })
    })

    it('moves a vote between boxes: one may go below zero, the sum is right', async () => {
      const pollId = await insertPoll(stores)
      const first = vote(pollId, { ballot: [1, 2] })
      await commit(first)
      await setBoxes(stores, pollId, 2)
      const moved = vote(pollId, { voterKey: first.voterKey, plan: 2, box: 1, ballot: [2, 3], revision: 1 })
      expect(await commit(moved)).toMatchObject([{ kind: 'accepted', revision: 2 }])
      await expectCounted(pollId, { voters: 1, 2: 1, 3: 1 })
      const inBox = await stores.db
        .selectFrom('live_poll_tallies')
        .select('votes')
        .where('poll_id', '=', pollId)
        .where('box', '=', 1)
        .where('bucket', '=', '1')
        .executeTakeFirst()
      expect(Number(inBox?.votes)).toBe(-1)

      await commit(vote(pollId, { voterKey: first.voterKey, plan: 2, box: 1, ballot: null, revision: 2 }))
      await expectCounted(pollId, {})
    })
  })
}
