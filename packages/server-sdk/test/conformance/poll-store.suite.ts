import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pollState } from '../../src/domain/poll.ts'
import { insertPoll, type MakeStores, newPoll, readPoll, type StoresUnderTest, setBoxes, vote } from './stores.ts'

const hour = 3_600_000
const fromNow = (hours: number) => new Date(Date.now() + hours * hour)

/** The contract of `PollStore`. */
export function describePollStore(name: string, make: MakeStores): void {
  describe(`PollStore on ${name}`, () => {
    let stores: StoresUnderTest
    beforeAll(async () => {
      stores = await make()
    })
    afterAll(() => stores.close())

    const stateOf = async (pollId: string) => {
      const { facts, now } = await readPoll(stores, pollId)
      return pollState(facts, now)
    }
    /** What an opening or closing changes: plan and version go up by one, or stay. */
    const mark = async (pollId: string) => {
      const { facts, version } = await readPoll(stores, pollId)
      return { plan: facts.plan, version, opensAt: facts.opensAt, closedAt: facts.closedAt }
    }

    describe('insert and read', () => {
      it('give back what was given', async () => {
        const poll = newPoll({
          question: 'Quel déjeuner ? 昼食 🍲 \\ \' " $1',
          choices: ['شوربة', '👩‍👩‍👧', '<b>', ...Array.from({ length: 197 }, (_, index) => `Choice ${index}`)].map(
            (label) => ({ label }),
          ),
          ballot: { kind: 'choose', min: 2, max: 5 },
          showResults: 'after-vote',
          minVoters: 1_000_000,
          canChange: false,
          boxes: 64,
          opensAt: new Date('2026-12-01T11:00:00.123Z'),
          closesAt: new Date('9999-12-31T23:59:59.999Z'),
          owner: 'user-1',
        })
        expect(await stores.polls.insert(poll)).toEqual({ kind: 'inserted' })
        const { facts, version, buckets, now } = await readPoll(stores, poll.id)
        const { choices, ...rest } = poll
        expect(facts).toEqual({
          ...rest,
          choices: choices.map((choice, index) => ({ id: index + 1, ...choice })),
          closedAt: null,
          createdAt: expect.any(Date),
          ...{ plan: 1, edition: 1, epoch: 1, revealedEpoch: null, lastChoiceId: 200 },
        })
        expect({ version, buckets }).toEqual({ version: 0, buckets: new Map() })
        expect(now.getTime()).toBeGreaterThanOrEqual(facts.createdAt.getTime())
        expect(Math.abs(Date.now() - now.getTime())).toBeLessThan(hour)
      })

      it('know nothing of a poll that is not there', async () => {
        for (const id of ['p_nowhere', '', "'; drop table live_poll_polls; --"]) {
          expect(await stores.polls.read(id)).toBeUndefined()
        }
      })

      it('write nothing of a poll whose id is taken', async () => {
        const poll = newPoll({ question: 'first' })
        await stores.polls.insert(poll)
        const again = { ...poll, question: 'second' }
        const key = { key: poll.id, bodyHash: 'b', life: hour }
        await expect(stores.polls.insert(again, key)).rejects.toThrow()
        expect((await readPoll(stores, poll.id)).facts.question).toBe('first')
        expect(await stores.polls.insert(newPoll(), key), 'and the key is free').toEqual({ kind: 'inserted' })
      })
    })

    describe('an idempotency key', () => {
      let keys = 0
      const newKey = () => ({ key: `key-${keys++}`, bodyHash: 'body', life: hour })

      it('answers the poll it stands for, and makes no other', async () => {
        const key = newKey()
        const first = newPoll()
        expect(await stores.polls.insert(first, key)).toEqual({ kind: 'inserted' })
        const second = newPoll()
        expect(await stores.polls.insert(second, key)).toEqual({ kind: 'repeated', pollId: first.id })
        expect(await stores.polls.read(second.id)).toBeUndefined()
      })

      it('is refused with another body', async () => {
        const key = newKey()
        await stores.polls.insert(newPoll(), key)
        const other = newPoll()
        expect(await stores.polls.insert(other, { ...key, bodyHash: 'another' })).toEqual({ kind: 'key-reused' })
        expect(await stores.polls.read(other.id)).toBeUndefined()
      })

      it('is free again once it has expired, whatever the body', async () => {
        const key = { ...newKey(), life: -1 }
        await stores.polls.insert(newPoll(), key)
        expect(await stores.polls.insert(newPoll(), { ...key, life: hour, bodyHash: 'another' })).toEqual({
          kind: 'inserted',
        })
      })

      it('makes one poll, however many ask at once', async () => {
        const key = newKey()
        const polls = Array.from({ length: 10 }, () => newPoll())
        const outcomes = await Promise.all(polls.map((poll) => stores.polls.insert(poll, key)))
        const made = await Promise.all(polls.map((poll) => stores.polls.read(poll.id)))
        const [one, ...others] = made.filter((record) => record !== undefined)
        expect(others).toEqual([])
        expect(outcomes.filter((outcome) => outcome.kind === 'inserted')).toHaveLength(1)
        for (const outcome of outcomes) {
          if (outcome.kind !== 'inserted') expect(outcome).toEqual({ kind: 'repeated', pollId: one?.facts.id })
        }
      })
    })

    describe('readMany', () => {
      it('answers in the order asked for, each as by itself, and nothing for what is not there', async () => {
        const [one, two] = [await insertPoll(stores), await insertPoll(stores, { opensAt: fromNow(1) })]
        const records = await stores.polls.readMany([two, 'p_none', one, two])
        const expected = [two, 'p_none', one, two].map(async (id) => {
          const record = await stores.polls.read(id)
          return record && { ...record, now: expect.any(Date) }
        })
        expect(records).toEqual(await Promise.all(expected))
        expect(records.map((record) => record?.facts.id)).toEqual([two, undefined, one, two])
        expect(await stores.polls.readMany([])).toEqual([])
      })
    })

    describe('open', () => {
      it('opens a scheduled poll now, once', async () => {
        const pollId = await insertPoll(stores, { opensAt: fromNow(1), closesAt: fromNow(2) })
        expect(await stateOf(pollId)).toBe('scheduled')
        expect(await stores.polls.open(pollId)).toBe('changed')
        expect(await stateOf(pollId)).toBe('open')
        const opened = await mark(pollId)
        expect(opened).toMatchObject({ plan: 2, version: 1 })
        expect(opened.opensAt?.getTime()).toBeLessThanOrEqual(Date.now() + 1000)

        expect(await stores.polls.open(pollId)).toBe('unchanged')
        expect(await mark(pollId)).toEqual(opened)
      })

      it('leaves an open poll as it is', async () => {
        const pollId = await insertPoll(stores)
        expect(await stores.polls.open(pollId)).toBe('unchanged')
        expect(await mark(pollId)).toEqual({ plan: 1, version: 0, opensAt: null, closedAt: null })
      })

      it('opens neither a closed poll nor one whose closing time has come', async () => {
        const closed = await insertPoll(stores, { opensAt: fromNow(1) })
        await stores.polls.close(closed, 'now')
        const due = await insertPoll(stores, { opensAt: fromNow(-2), closesAt: fromNow(-1) })
        for (const pollId of [closed, due]) {
          const before = await mark(pollId)
          expect(await stores.polls.open(pollId)).toBe('refused')
          expect(await mark(pollId)).toEqual(before)
        }
      })

      it('finds no poll where there is none', async () => {
        expect(await stores.polls.open('p_nowhere')).toBe('not-found')
      })
    })

    describe('close', () => {
      it('closes an open poll now, once and for good', async () => {
        const pollId = await insertPoll(stores, { closesAt: fromNow(1) })
        await stores.ballots.commit([vote(pollId)])
        expect(await stores.polls.close(pollId, 'now')).toBe('changed')
        const closed = await mark(pollId)
        expect(closed).toMatchObject({ plan: 2, version: 2 })
        const { now } = await readPoll(stores, pollId)
        expect(closed.closedAt?.getTime()).toBeLessThanOrEqual(now.getTime())
        expect(await stateOf(pollId)).toBe('closed')

        for (const when of ['now', 'due'] as const) expect(await stores.polls.close(pollId, when)).toBe('unchanged')
        expect(await mark(pollId)).toEqual(closed)
      })

      it('closes a poll that has not opened yet', async () => {
        const pollId = await insertPoll(stores, { opensAt: fromNow(1) })
        expect(await stores.polls.close(pollId, 'now')).toBe('changed')
        expect(await stateOf(pollId)).toBe('closed')
      })

      it.each(['now', 'due'] as const)(
        'writes the closing time of a poll that is due, asked to close %s',
        async (when) => {
          const closesAt = new Date(Date.now() - hour)
          const pollId = await insertPoll(stores, { closesAt })
          expect(await stateOf(pollId)).toBe('open')
          expect(await stores.polls.close(pollId, when)).toBe('changed')
          expect(await mark(pollId)).toMatchObject({ plan: 2, version: 1, closedAt: closesAt })
        },
      )

      it('leaves a poll open that is not due', async () => {
        const pollId = await insertPoll(stores, { closesAt: fromNow(1) })
        expect(await stores.polls.close(pollId, 'due')).toBe('unchanged')
        expect(await mark(pollId)).toMatchObject({ plan: 1, version: 0, closedAt: null })
        const endless = await insertPoll(stores)
        expect(await stores.polls.close(endless, 'due')).toBe('unchanged')
      })

      it('finds no poll where there is none', async () => {
        for (const when of ['now', 'due'] as const)
          expect(await stores.polls.close('p_nowhere', when)).toBe('not-found')
      })

      it('changes a poll once, however many ask at once', async () => {
        const pollId = await insertPoll(stores)
        const outcomes = await Promise.all(Array.from({ length: 10 }, () => stores.polls.close(pollId, 'now')))
        expect(outcomes.sort()).toEqual(['changed', ...Array(9).fill('unchanged')])
        expect(await mark(pollId)).toMatchObject({ plan: 2, version: 1 })
      })

      it('closes a poll of several boxes, and its version rises by one', async () => {
        const pollId = await insertPoll(stores)
        await setBoxes(stores, pollId, 3)
        await stores.ballots.commit([0, 1, 2].map((box) => vote(pollId, { plan: 2, box })))
        expect(await stores.polls.close(pollId, 'now')).toBe('changed')
        expect(await mark(pollId)).toMatchObject({ plan: 3, version: 5 })
      })

      it('raises the plan: what was prepared before is prepared again', async () => {
        const pollId = await insertPoll(stores)
        const early = vote(pollId)
        await stores.polls.close(pollId, 'now')
        expect(await stores.ballots.commit([early])).toEqual([{ kind: 'stale' }])
      })
    })

    describe('turnedSince', () => {
      const turned = async (since: Date | undefined) => (await stores.polls.turnedSince(since)).pollIds

      it('names a poll that is due until it is closed', async () => {
        const due = await insertPoll(stores, { closesAt: fromNow(-1) })
        expect(await turned(undefined)).toContain(due)
        expect(await turned(fromNow(1))).toContain(due)
        await stores.polls.close(due, 'due')
        expect(await turned(undefined)).not.toContain(due)
      })

      it('names a poll that has opened since, and no poll twice', async () => {
        const opened = await insertPoll(stores, { opensAt: fromNow(-1) })
        const { pollIds, now } = await stores.polls.turnedSince(fromNow(-2))
        expect(pollIds.filter((id) => id === opened)).toHaveLength(1)
        expect(await turned(now)).not.toContain(opened)
        expect(await turned(undefined), 'not at the first look').not.toContain(opened)
      })

      it('does not name what is still to come, or never turns', async () => {
        const quiet = [
          await insertPoll(stores, { opensAt: fromNow(1) }),
          await insertPoll(stores, { closesAt: fromNow(1) }),
          await insertPoll(stores),
        ]
        expect(await turned(fromNow(-2))).not.toEqual(expect.arrayContaining([quiet[0]]))
        for (const id of quiet) expect(await turned(fromNow(-2))).not.toContain(id)
      })

      it('tells the time by the database, which goes forward', async () => {
        const { now } = await stores.polls.turnedSince(undefined)
        const later = await stores.polls.turnedSince(now)
        expect(later.now.getTime()).toBeGreaterThanOrEqual(now.getTime())
      })
    })
  })
}
