import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pollState } from '../../src/domain/poll.ts'
import type { CheckedEdit } from '../../src/domain/poll-edit.ts'
import type { PollToInsert } from '../../src/ports/poll-store.ts'
import { insertPoll, type MakeStores, readPoll, recount, type StoresUnderTest, tally, vote } from './stores.ts'

const hour = 3_600_000
const fromNow = (hours: number) => new Date(Date.now() + hours * hour)
const added = (label: string) => ({ id: undefined, label })

/** The contract of `PollStore.edit`. What an edit may change is decided by `decideEdit`, which has tests of its own. */
export function describePollEdits(name: string, make: MakeStores): void {
  describe(`PollStore.edit on ${name}`, () => {
    let stores: StoresUnderTest
    beforeAll(async () => {
      stores = await make()
    })
    afterAll(() => stores.close())

    const edit = (pollId: string, changes: CheckedEdit) => stores.polls.edit(pollId, changes)
    /** What every edit raises. */
    const marks = async (pollId: string) => {
      const { facts, version } = await readPoll(stores, pollId)
      return { plan: facts.plan, edition: facts.edition, version }
    }
    const insertWithVote = async (fields: Partial<PollToInsert> = {}) => {
      const pollId = await insertPoll(stores, fields)
      await stores.ballots.commit([vote(pollId)])
      return pollId
    }

    it('writes what it names, keeps the rest, and raises plan, edition and version by one', async () => {
      const pollId = await insertPoll(stores, { owner: 'ed', opensAt: fromNow(1) })
      const before = await readPoll(stores, pollId)
      const changes: CheckedEdit = {
        question: 'Dinner? \\ \' " $1',
        ballot: { kind: 'choose', min: 1, max: 2 },
        showResults: 'organizers',
        ...{ minVoters: 7, canChange: false, opensAt: fromNow(-1), closesAt: fromNow(1), boxes: 3 },
      }
      expect(await edit(pollId, changes)).toEqual({ kind: 'changed' })
      const { facts, version } = await readPoll(stores, pollId)
      expect(facts).toEqual({ ...before.facts, ...changes, plan: 2, edition: 2 })
      expect(version).toBe(1)
    })

    it('keeps, moves, writes anew, adds and removes choices, and uses no id twice', async () => {
      const pollId = await insertPoll(stores)
      const choicesOf = async () => (await readPoll(stores, pollId)).facts.choices
      const pie = { id: 3, label: 'Pie' }
      await edit(pollId, { choices: [added('Bread'), pie, { id: 1, label: 'Hot soup' }] })
      expect(await choicesOf()).toEqual([{ id: 4, label: 'Bread' }, pie, { id: 1, label: 'Hot soup' }])
      await edit(pollId, { choices: [pie, { id: 1, label: 'Soup' }, added('Cake')] })
      expect(await choicesOf()).toEqual([pie, { id: 1, label: 'Soup' }, { id: 5, label: 'Cake' }])
      await edit(pollId, { choices: [pie, { id: 1, label: 'Soup' }, added('Bread')] })
      expect(await choicesOf()).toEqual([pie, { id: 1, label: 'Soup' }, { id: 6, label: 'Bread' }])
      expect((await readPoll(stores, pollId)).facts.lastChoiceId).toBe(6)
    })

    it('sent again changes nothing', async () => {
      const pollId = await insertWithVote()
      const soup = { id: 1, label: 'Soup' }
      const changes = {
        choices: [soup, { id: 2, label: 'Salad' }, { id: 3, label: 'Pie' }, added('Bread')],
        closesAt: fromNow(1),
        boxes: 2,
      }
      expect(await edit(pollId, changes)).toEqual({ kind: 'changed' })
      const once = await readPoll(stores, pollId)
      expect(await edit(pollId, changes)).toEqual({ kind: 'unchanged' })
      expect(await edit(pollId, {})).toEqual({ kind: 'unchanged' })
      const { now: _, ...twice } = await readPoll(stores, pollId)
      expect(twice).toEqual({ facts: once.facts, version: once.version, buckets: once.buckets })
    })

    it('sends back what was prepared before', async () => {
      const pollId = await insertPoll(stores)
      const early = vote(pollId)
      await edit(pollId, { canChange: false })
      expect(await stores.ballots.commit([early])).toEqual([{ kind: 'stale' }])
      expect(await stores.ballots.commit([{ ...early, plan: 2 }])).toMatchObject([{ kind: 'accepted' }])
    })

    it('refuses, and changes nothing, what the poll cannot take', async () => {
      const pollId = await insertWithVote({ closesAt: fromNow(1) })
      const { now: _, ...before } = await readPoll(stores, pollId)
      for (const [changes, code] of [
        [{ question: 'Dinner?', minVoters: 3 }, 'POLL_HAS_VOTES'],
        [{ choices: [added('Soup'), added('Bread')], minVoters: 3 }, 'POLL_HAS_VOTES'],
        [{ closesAt: fromNow(-1), minVoters: 3 }, 'INVALID'],
        [{ boxes: 0, minVoters: 3 }, 'INVALID'],
      ] as const) {
        const issues = [expect.objectContaining({ message: expect.any(String) })]
        expect(await edit(pollId, changes)).toEqual({ kind: 'refused', code, issues })
      }
      const { now: __, ...after } = await readPoll(stores, pollId)
      expect(after).toEqual(before)
    })

    it('counts a ballot that was taken back for no vote', async () => {
      const pollId = await insertPoll(stores)
      const first = vote(pollId)
      await stores.ballots.commit([first])
      const changes = { question: 'Dinner?', choices: [added('Salad'), added('Pie')] }
      const ballot = { kind: 'choose', min: 1, max: 2 } as const
      expect(await edit(pollId, { ...changes, ballot })).toMatchObject({ code: 'POLL_HAS_VOTES' })
      await stores.ballots.commit([vote(pollId, { voterKey: first.voterKey, ballot: null })])
      expect(await edit(pollId, { ...changes, ballot })).toEqual({ kind: 'changed' })
      expect(await tally(stores, pollId)).toEqual({})
    })

    it('finds no poll where there is none', async () => {
      expect(await edit('p_nowhere', { minVoters: 3 })).toEqual({ kind: 'not-found' })
    })

    describe('of a poll whose closing time has come', () => {
      it.each<[string, CheckedEdit, object, number]>([
        ['refuses what would bring it back', { closesAt: null }, { kind: 'refused', code: 'POLL_CLOSED' }, 1],
        ['takes what a closed poll takes', { minVoters: 3 }, { kind: 'changed' }, 2],
        ['may find nothing to change', {}, { kind: 'unchanged' }, 1],
      ])('closes it as of then, and %s', async (_, changes, outcome, raised) => {
        const closesAt = fromNow(-1)
        const pollId = await insertPoll(stores, { closesAt })
        expect(await edit(pollId, changes)).toMatchObject(outcome)
        const { facts, version, now } = await readPoll(stores, pollId)
        expect(facts).toMatchObject({ closedAt: closesAt, closesAt, plan: 1 + raised, edition: raised })
        expect(version).toBe(raised)
        expect(pollState(facts, now)).toBe('closed')
      })
    })

    it('shows closed results as they were, under another label', async () => {
      const pollId = await insertWithVote()
      await stores.polls.close(pollId, 'now')
      const closed = await readPoll(stores, pollId)
      const choices = [{ id: 1, label: 'Hot soup' }, ...closed.facts.choices.slice(1)]
      expect(await edit(pollId, { choices })).toEqual({ kind: 'changed' })
      const after = await readPoll(stores, pollId)
      expect(after.facts).toMatchObject({ choices, closedAt: closed.facts.closedAt })
      expect(after.buckets).toEqual(closed.buckets)
      expect(after.version).toBe(closed.version + 1)
    })

    describe('of boxes', () => {
      it('raises plan and version, and no edition: no screen shows them', async () => {
        const pollId = await insertPoll(stores)
        expect(await edit(pollId, { boxes: 4 })).toEqual({ kind: 'changed' })
        expect(await marks(pollId)).toEqual({ plan: 2, edition: 1, version: 1 })
        expect(await edit(pollId, { boxes: 3 })).toMatchObject({ code: 'INVALID', issues: [{ path: 'boxes' }] })
        expect(await marks(pollId)).toEqual({ plan: 2, edition: 1, version: 1 })
      })

      it('adds some to a poll that has votes: voters move, each is counted once', async () => {
        const pollId = await insertPoll(stores)
        const voterKeys = Array.from({ length: 64 }, (_, voter) => `voter-${voter}`)
        let plan = 1
        let boxes = 1
        const revisions = new Map<string, number>()
        const cast = (share: number) =>
          stores.ballots.commit(
            voterKeys.slice(0, share).map((voterKey, voter) => {
              const revision = revisions.get(voterKey) ?? 0
              revisions.set(voterKey, revision + 1)
              return vote(pollId, { voterKey, revision, plan, box: voter % boxes, ballot: [plan] })
            }),
          )
        const kindsOf = async (share: number) => new Set((await cast(share)).map((outcome) => outcome.kind))
        expect(await kindsOf(32)).toEqual(new Set(['accepted']))
        for (boxes of [4, 16]) {
          expect(await edit(pollId, { boxes })).toEqual({ kind: 'changed' })
          plan++
          expect(await kindsOf(48)).toEqual(new Set(['accepted']))
          const counted = await tally(stores, pollId)
          expect(counted).toEqual(await recount(stores, pollId))
          expect(counted.voters).toBe(48)
        }
        const negative = await stores.db
          .selectFrom('live_poll_tallies')
          .select('votes')
          .where('poll_id', '=', pollId)
          .where('votes', '<', 0)
          .execute()
        expect(negative.length, 'what a voter had in the old box counts down in the new one').toBeGreaterThan(0)
        expect((await stores.polls.read(pollId))?.facts.boxes).toBe(16)
      })

      it('has them from the start', async () => {
        const pollId = await insertPoll(stores, { boxes: 3 })
        const votes = [0, 1, 2].map((box) => vote(pollId, { box }))
        for (const one of votes) expect(await stores.ballots.commit([one])).toMatchObject([{ kind: 'accepted' }])
        expect(await tally(stores, pollId)).toEqual({ voters: 3, 1: 3 })
        expect(await stores.polls.close(pollId, 'now')).toBe('changed')
      })
    })
  })
}
