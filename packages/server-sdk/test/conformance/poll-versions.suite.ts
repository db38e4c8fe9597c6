import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { versionOf } from '../../src/domain/poll-version.ts'
import { insertPoll, type MakeStores, readPoll, type StoresUnderTest, setBoxes, tally, vote } from './stores.ts'

const inAnHour = () => new Date(Date.now() + 3_600_000)

/** The contract of `PollStore.versions` and `surpass`. */
export function describePollVersions(name: string, make: MakeStores): void {
  describe(`The versions of polls on ${name}`, () => {
    let stores: StoresUnderTest
    beforeAll(async () => {
      stores = await make()
    })
    afterAll(() => stores.close())

    const byId = (one: { pollId: string }, other: { pollId: string }) => (one.pollId < other.pollId ? -1 : 1)
    async function expectAsRead(pollIds: readonly string[]) {
      const read = await Promise.all(pollIds.map((pollId) => readPoll(stores, pollId)))
      expect([...(await stores.polls.versions(pollIds))].sort(byId)).toEqual(read.map(versionOf).sort(byId))
    }

    describe('versions', () => {
      it('tell of many polls what reading each of them tells, whatever has become of them', async () => {
        const [open, voted, edited, closed, reset, hidden, revealed] = await Promise.all(
          Array.from({ length: 7 }, (_, index) => insertPoll(stores, { minVoters: index > 4 ? 2 : null })),
        )
        const scheduled = await insertPoll(stores, { opensAt: inAnHour() })
        const all = [open, voted, edited, closed, reset, hidden, revealed, scheduled] as string[]
        await setBoxes(stores, voted as string, 3)
        for (const box of [0, 1, 2, 2]) await stores.ballots.commit([vote(voted as string, { box, plan: 2 })])
        await stores.polls.edit(edited as string, { question: 'Dinner?' })
        await stores.polls.close(closed as string, 'now')
        await stores.polls.reset(reset as string, 1)
        await stores.polls.reveal(revealed as string, 1)

        await expectAsRead(all)
        const versions = new Map((await stores.polls.versions(all)).map((version) => [version.pollId, version]))
        expect(versions.get(voted as string)).toEqual({
          ...{ pollId: voted, epoch: 1, version: 5, edition: 1, state: 'open', isRevealed: true },
        })
        const told = [edited, closed, reset, hidden, revealed, scheduled].map((id) => versions.get(id as string))
        expect(told).toMatchObject([
          ...[{ edition: 2 }, { state: 'closed' }, { epoch: 2 }, { isRevealed: false }, { isRevealed: true }],
          { state: 'scheduled' },
        ])
      })

      it('leave out polls that are not there', async () => {
        const [gone, stays] = [await insertPoll(stores), await insertPoll(stores)]
        await stores.polls.delete(gone)
        expect(await stores.polls.versions([gone, 'p_nowhere', stays])).toMatchObject([{ pollId: stays }])
        expect(await stores.polls.versions([])).toEqual([])
      })

      it('are told of more polls than one statement asks for, each once', async () => {
        const pollIds: string[] = []
        for (let poll = 0; poll < 3; poll++) pollIds.push(await insertPoll(stores))
        const unknown = Array.from({ length: 1200 }, (_, index) => `p_unknown-${index}`)
        const asked = [pollIds[0], ...unknown.slice(0, 600), pollIds[1], ...unknown.slice(600), pollIds[2]] as string[]
        const versions = await stores.polls.versions(asked)
        expect(versions.map(({ pollId }) => pollId)).toEqual(pollIds)
      })
    })

    describe('surpass', () => {
      const boxesOf = (pollId: string) =>
        stores.db.selectFrom('live_poll_boxes').selectAll().where('poll_id', '=', pollId).orderBy('box').execute()

      it('raises box 0 until the sum exceeds what was shown, and leaves counts and rules', async () => {
        const pollId = await insertPoll(stores, { boxes: 2, minVoters: 1 })
        for (const box of [0, 1, 1]) await stores.ballots.commit([vote(pollId, { box })])
        await stores.polls.reveal(pollId, 1)
        const before = await readPoll(stores, pollId)
        expect(await stores.polls.surpass(pollId, { epoch: 1, version: 40, edition: 1 })).toBe(true)
        const after = await readPoll(stores, pollId)
        expect(after).toMatchObject({ version: 41, buckets: before.buckets })
        expect(after.facts).toEqual({ ...before.facts, plan: after.facts.plan })
        expect((await boxesOf(pollId)).map(({ version }) => Number(version))).toEqual([39, 2])
      })

      it('raises a poll that is level with another past of it', async () => {
        const pollId = await insertPoll(stores)
        await stores.ballots.commit([vote(pollId)])
        expect(await stores.polls.surpass(pollId, { epoch: 1, version: 1, edition: 1 })).toBe(true)
        expect(await readPoll(stores, pollId)).toMatchObject({ version: 2 })
      })

      it('goes one above an epoch that was shown, only where that is later; votes and what is revealed stay', async () => {
        const pollId = await insertPoll(stores, { minVoters: 1 })
        await stores.ballots.commit([vote(pollId, { voterKey: 'ada', epoch: 1 })])
        await stores.polls.reveal(pollId, 1)
        expect(await stores.polls.surpass(pollId, { epoch: 3, version: 9, edition: 1 })).toBe(true)
        const { facts, version } = await readPoll(stores, pollId)
        expect([facts.epoch, version, facts.revealedEpoch]).toEqual([4, 10, 4])
        expect(await tally(stores, pollId)).toEqual({ voters: 1, 1: 1 })
        const change = vote(pollId, { voterKey: 'ada', plan: facts.plan, epoch: 4, revision: 1, ballot: [2] })
        expect(await stores.ballots.commit([change])).toEqual([{ kind: 'accepted', revision: 2, epoch: 4 }])
        expect(await tally(stores, pollId)).toEqual({ voters: 1, 2: 1 })
      })

      it('raises the edition above one that was shown, so that the next edit does not take its number', async () => {
        const pollId = await insertPoll(stores)
        await stores.polls.surpass(pollId, { epoch: 1, version: 4, edition: 5 })
        expect((await readPoll(stores, pollId)).facts.edition).toBe(6)
        await stores.polls.surpass(pollId, { epoch: 1, version: 9, edition: 2 })
        expect((await readPoll(stores, pollId)).facts.edition).toBe(6)
      })

      it('raises the plan above every one of what was lost: a vote prepared against it is prepared again', async () => {
        const pollId = await insertPoll(stores)
        // The lost past: three edits, each a plan and a version. What is restored is edited otherwise.
        const shown = { epoch: 1, version: 3, edition: 4 }
        const prepared = [2, 3, 4].map((plan) => vote(pollId, { plan }))
        expect(await stores.polls.surpass(pollId, shown)).toBe(true)
        for (const question of ['Dinner?', 'Supper?']) await stores.polls.edit(pollId, { question })
        const outcomes = await stores.ballots.commit(prepared)
        expect(outcomes).toEqual(prepared.map(() => ({ kind: 'stale' })))
      })

      it('changes nothing where the poll is above it, in its epoch or by it, or is gone', async () => {
        const pollId = await insertPoll(stores)
        await stores.polls.reset(pollId, 1)
        await stores.ballots.commit([vote(pollId, { plan: 2 })])
        const before = await readPoll(stores, pollId)
        for (const shown of [
          { epoch: 2, version: 1, edition: 1 },
          { epoch: 1, version: 99, edition: 9 },
        ]) {
          expect(await stores.polls.surpass(pollId, shown)).toBe(false)
        }
        const after = await readPoll(stores, pollId)
        expect([after.facts, after.version]).toEqual([before.facts, before.version])
        expect(await stores.polls.surpass('p_nowhere', { epoch: 1, version: 9, edition: 1 })).toBe(false)
      })

      it('raises once, however many nodes do it at once, while votes and more boxes come', async () => {
        const pollId = await insertPoll(stores)
        const shown = { epoch: 2, version: 50, edition: 1 }
        const raising = Array.from({ length: 10 }, () => stores.polls.surpass(pollId, shown))
        const adding = setBoxes(stores, pollId, 4)
        const voting = Array.from({ length: 10 }, () => stores.ballots.commit([vote(pollId)]))
        const raised = await Promise.all(raising)
        const counted = (await Promise.all(voting)).flat().filter(({ kind }) => kind === 'accepted').length
        await adding
        expect(raised.filter(Boolean)).toHaveLength(1)
        const { facts, version } = await readPoll(stores, pollId)
        expect(facts.epoch).toBe(3)
        expect(version).toBeGreaterThan(50)
        expect((await tally(stores, pollId)).voters ?? 0).toBe(counted)
      })
    })
  })
}
