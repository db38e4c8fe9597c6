import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pollState } from '../../src/domain/poll.ts'
import {
  insertPoll,
  type MakeStores,
  newPoll,
  readPoll,
  readVote,
  recount,
  type StoresUnderTest,
  tally,
  vote,
} from './stores.ts'

const hour = 3_600_000
const fromNow = (hours: number) => new Date(Date.now() + hours * hour)

/** The contract of `PollStore.reset`, `delete` and `reveal`. */
export function describePollEndings(name: string, make: MakeStores): void {
  describe(`What ends an epoch or a poll on ${name}`, () => {
    let stores: StoresUnderTest
    beforeAll(async () => {
      stores = await make()
    })
    afterAll(() => stores.close())

    const factsOf = async (pollId: string) => (await readPoll(stores, pollId)).facts

    describe('reset', () => {
      it('empties the boxes and begins the next epoch; versions go on rising', async () => {
        const pollId = await insertPoll(stores, { boxes: 2 })
        const first = vote(pollId, { ballot: [1, 2] })
        await stores.ballots.commit([first])
        await stores.ballots.commit([vote(pollId, { box: 1 })])
        const before = await readPoll(stores, pollId)
        expect(await stores.polls.reset(pollId, 1)).toBe('changed')
        const after = await readPoll(stores, pollId)
        expect(after.facts).toEqual({ ...before.facts, epoch: 2, plan: before.facts.plan + 1 })
        expect(after.version).toBe(before.version + 1)
        expect(after.buckets).toEqual(new Map())
        expect(await recount(stores, pollId)).toEqual({})
        expect(await readVote(stores, pollId, first.voterKey)).toBeUndefined()
      })

      it('lets everyone vote anew, from revision 1', async () => {
        const pollId = await insertPoll(stores, { canChange: false })
        const { voterKey } = vote(pollId)
        await stores.ballots.commit([vote(pollId, { voterKey })])
        await stores.polls.reset(pollId, 1)
        const again = vote(pollId, { voterKey, plan: 2, revision: 0, epoch: 2, ballot: [2] })
        expect(await stores.ballots.commit([again])).toEqual([{ kind: 'accepted', revision: 1, epoch: 2 }])
        expect(await tally(stores, pollId)).toEqual({ voters: 1, 2: 1 })
      })

      it('sends back or refuses a vote of the epoch before, and a repeat too', async () => {
        const pollId = await insertPoll(stores)
        const early = vote(pollId, { epoch: 1 })
        await stores.ballots.commit([early])
        await stores.polls.reset(pollId, 1)
        expect(await stores.ballots.commit([early])).toEqual([{ kind: 'stale' }])
        const prepared = { ...early, plan: 2 }
        expect(await stores.ballots.commit([prepared])).toEqual([{ kind: 'refused', code: 'EPOCH_CHANGED', epoch: 2 }])
        expect(await tally(stores, pollId)).toEqual({})
      })

      it('repeated, or of an epoch long over, does nothing', async () => {
        const pollId = await insertPoll(stores)
        await stores.polls.reset(pollId, 1)
        await stores.ballots.commit([vote(pollId, { plan: 2 })])
        const before = await readPoll(stores, pollId)
        for (const epoch of [1, 0]) expect(await stores.polls.reset(pollId, epoch)).toBe('unchanged')
        const after = await readPoll(stores, pollId)
        expect([after.facts, after.version]).toEqual([before.facts, before.version])
        expect(await tally(stores, pollId)).toEqual({ voters: 1, 1: 1 })
      })

      it('refuses an epoch that has not begun', async () => {
        const pollId = await insertPoll(stores)
        await stores.ballots.commit([vote(pollId)])
        expect(await stores.polls.reset(pollId, 2)).toBe('refused')
        expect(await tally(stores, pollId)).toEqual({ voters: 1, 1: 1 })
        expect(await factsOf(pollId)).toMatchObject({ epoch: 1, plan: 1 })
      })

      it('resets once, however many ask at once', async () => {
        const pollId = await insertPoll(stores)
        const outcomes = await Promise.all(Array.from({ length: 10 }, () => stores.polls.reset(pollId, 1)))
        expect(outcomes.sort()).toEqual(['changed', ...Array(9).fill('unchanged')])
        expect(await factsOf(pollId)).toMatchObject({ epoch: 2, plan: 2 })
      })

      // What the poll is, whether it is closed by hand before, and what it is after.
      it.each([
        ['a poll closed by hand', {}, true, 'open', null],
        ['a poll that was to close later', { closesAt: fromNow(1) }, true, 'open', 'the same'],
        ['a poll whose time was over', { closesAt: fromNow(-1) }, true, 'open', null],
        ['a poll that is due', { closesAt: fromNow(-1) }, false, 'open', null],
        [
          'a poll closed before it opened',
          { opensAt: fromNow(1), closesAt: fromNow(2) },
          true,
          'scheduled',
          'the same',
        ],
      ] as const)('brings back %s', async (_, fields, isClosed, state, closesAt) => {
        const pollId = await insertPoll(stores, fields)
        if (isClosed) expect(await stores.polls.close(pollId, 'now')).toBe('changed')
        const before = await factsOf(pollId)
        expect(await stores.polls.reset(pollId, 1)).toBe('changed')
        const { facts, now } = await readPoll(stores, pollId)
        expect(pollState(facts, now)).toBe(state)
        expect(facts).toMatchObject({ closedAt: null, opensAt: before.opensAt, edition: before.edition })
        expect(facts.closesAt).toEqual(closesAt === 'the same' ? before.closesAt : null)
      })

      it('finds no poll where there is none', async () => {
        expect(await stores.polls.reset('p_nowhere', 1)).toBe('not-found')
      })
    })

    describe('delete', () => {
      const leftOf = async (pollId: string) => {
        const tables = ['boxes', 'choices', 'votes', 'tallies'] as const
        const counts = tables.map((table) =>
          stores.db.selectFrom(`live_poll_${table}`).select('poll_id').where('poll_id', '=', pollId).execute(),
        )
        return (await Promise.all(counts)).flat().length
      }

      it('removes a poll and everything of it, and nothing of another', async () => {
        const gone = await insertPoll(stores, { boxes: 3 })
        const stays = await insertPoll(stores)
        for (const pollId of [gone, stays]) await stores.ballots.commit([vote(pollId, { voterKey: 'ada' })])
        expect(await stores.polls.delete(gone)).toBe(true)
        expect(await stores.polls.read(gone)).toBeUndefined()
        expect(await leftOf(gone)).toBe(0)
        expect(await tally(stores, stays)).toEqual({ voters: 1, 1: 1 })
        expect(await readVote(stores, gone, 'ada')).toBeUndefined()
      })

      it('says that there was nothing to remove', async () => {
        const pollId = await insertPoll(stores)
        const outcomes = await Promise.all([stores.polls.delete(pollId), stores.polls.delete(pollId)])
        expect(outcomes.sort()).toEqual([false, true])
        expect(await stores.polls.delete('p_nowhere')).toBe(false)
      })

      it('answers a late repeat of the request that made it with its id, and makes no other', async () => {
        const key = { key: 'the key of a poll that is gone', bodyHash: 'body', life: hour }
        const gone = newPoll()
        await stores.polls.insert(gone, key)
        await stores.polls.delete(gone.id)
        const again = newPoll()
        expect(await stores.polls.insert(again, key)).toEqual({ kind: 'repeated', pollId: gone.id })
        expect(await stores.polls.read(again.id)).toBeUndefined()
      })

      it('leaves nothing to open, close, edit, reset or reveal', async () => {
        const pollId = await insertPoll(stores)
        await stores.polls.delete(pollId)
        expect(await stores.polls.open(pollId)).toBe('not-found')
        expect(await stores.polls.close(pollId, 'now')).toBe('not-found')
        expect(await stores.polls.edit(pollId, { boxes: 2 })).toEqual({ kind: 'not-found' })
        expect(await stores.polls.reset(pollId, 1)).toBe('not-found')
        await stores.polls.reveal(pollId, 1)
        expect(await leftOf(pollId)).toBe(0)
      })
    })

    describe('reveal', () => {
      it('is remembered for its epoch, whatever the poll becomes', async () => {
        const pollId = await insertPoll(stores, { minVoters: 2 })
        const before = await readPoll(stores, pollId)
        for (let time = 0; time < 2; time++) await stores.polls.reveal(pollId, 1)
        const after = await readPoll(stores, pollId)
        expect(after.facts).toEqual({ ...before.facts, revealedEpoch: 1 })
        await stores.polls.edit(pollId, { minVoters: 9, showResults: 'after-vote' })
        await stores.polls.close(pollId, 'now')
        expect(await factsOf(pollId)).toMatchObject({ revealedEpoch: 1, epoch: 1, minVoters: 9 })
      })

      it('is of one epoch: not of one that is over, nor of one to come', async () => {
        const pollId = await insertPoll(stores, { minVoters: 2 })
        await stores.polls.reveal(pollId, 2)
        expect(await factsOf(pollId)).toMatchObject({ revealedEpoch: null })
        await stores.polls.reveal(pollId, 1)
        await stores.polls.reset(pollId, 1)
        await stores.polls.reveal(pollId, 1)
        expect(await factsOf(pollId), 'hidden again').toMatchObject({ revealedEpoch: 1, epoch: 2 })
        await stores.polls.reveal(pollId, 2)
        expect(await factsOf(pollId)).toMatchObject({ revealedEpoch: 2, epoch: 2 })
      })
    })
  })
}
