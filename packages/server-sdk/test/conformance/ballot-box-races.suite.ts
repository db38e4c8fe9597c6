import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PreparedVote, VoteOutcome } from '../../src/ports/ballot-store.ts'
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

const kindsOf = (outcomes: readonly VoteOutcome[]) =>
  outcomes.map((outcome) => (outcome.kind === 'refused' ? outcome.code : outcome.kind))

/** How often each answer was given. */
function count(answers: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const answer of answers) counts[answer] = (counts[answer] ?? 0) + 1
  return counts
}

/** What the votes table must say, by the simplest program that could be right. */
class Model {
  readonly rows = new Map<string, { ballot: string; revision: number; voteId: string }>()
  readonly canChange: boolean

  constructor(canChange: boolean) {
    this.canChange = canChange
  }

  decide({ voterKey, voteId, ballot, revision }: PreparedVote): string {
    const row = this.rows.get(voterKey)
    const written = JSON.stringify(ballot)
    if (row?.voteId === voteId) return row.ballot === written ? 'duplicate' : 'VOTE_ID_REUSED'
    if (row && !this.canChange) return 'ALREADY_VOTED'
    if (revision !== undefined && revision !== (row?.revision ?? 0)) return 'REVISION_CONFLICT'
    if (!row && ballot === null) return 'NOT_FOUND'
    this.rows.set(voterKey, { ballot: written, revision: (row?.revision ?? 0) + 1, voteId })
    return 'accepted'
  }
}

/** The contract of `BallotStore` and `PollStore` when much happens at once. */
export function describeBallotBoxRaces(name: string, make: MakeStores): void {
  describe(`The ballot box on ${name}, with everybody at once`, () => {
    let stores: StoresUnderTest
    beforeAll(async () => {
      stores = await make()
    })
    afterAll(() => stores.close())

    it.each([
      ['changes off', false, undefined, { accepted: 1, ALREADY_VOTED: 99 }, 1],
      ['changes on', true, undefined, { accepted: 100 }, 100],
      ['changes on, each the first by its own account', true, 0, { accepted: 1, REVISION_CONFLICT: 99 }, 1],
    ])('100 casts by one voter, %s', async (_, canChange, revision, answers, last) => {
      const pollId = await insertPoll(stores, { canChange })
      const { voterKey } = vote(pollId)
      const casts = Array.from({ length: 100 }, () => stores.ballots.commit([vote(pollId, { voterKey, revision })]))
      expect(count(kindsOf((await Promise.all(casts)).flat()))).toEqual(answers)
      expect(await readVote(stores, pollId, voterKey)).toMatchObject({ revision: last })
      expect(await tally(stores, pollId)).toEqual({ voters: 1, 1: 1 })
    })

    it('100 repeats of one vote', async () => {
      const pollId = await insertPoll(stores)
      const one = vote(pollId)
      const outcomes = (await Promise.all(Array.from({ length: 100 }, () => stores.ballots.commit([one])))).flat()
      expect(count(kindsOf(outcomes))).toEqual({ accepted: 1, duplicate: 99 })
      expect(await tally(stores, pollId)).toEqual({ voters: 1, 1: 1 })
    })

    it('a close among casts: what was acknowledged is in the result, what was not is not', async () => {
      const pollId = await insertPoll(stores)
      const casts = Array.from({ length: 30 }, () =>
        stores.ballots.commit(Array.from({ length: 10 }, () => vote(pollId))),
      )
      const middle = Promise.all(casts.slice(0, 10)).then(() => stores.polls.close(pollId, 'now'))
      const late = middle.then(() => stores.ballots.commit([vote(pollId, { plan: 2 })]))
      const outcomes = (await Promise.all(casts)).flat()
      expect(await middle).toBe('changed')
      expect(kindsOf(await late)).toEqual(['POLL_CLOSED'])
      const { accepted = 0, ...rest } = count(kindsOf(outcomes))
      expect(Object.keys(rest).filter((kind) => kind !== 'stale')).toEqual([])
      expect(accepted).toBeGreaterThanOrEqual(100)
      expect(await tally(stores, pollId)).toEqual({ voters: accepted, 1: accepted })
      expect(await recount(stores, pollId)).toEqual({ voters: accepted, 1: accepted })
    })

    it('readings among casts: a version never means two counts, and never goes back', async () => {
      const pollId = await insertPoll(stores)
      await setBoxes(stores, pollId, 4)
      const casting = Promise.all(
        Array.from({ length: 4 }, async () => {
          const outcomes: VoteOutcome[] = []
          for (let batch = 0; batch < 10; batch++) {
            let votes = [0, 1, 2].map((n) => vote(pollId, { plan: 2, box: (batch + n) % 4, ballot: [1 + (batch % 3)] }))
            while (votes.length > 0) {
              const answers = await stores.ballots.commit(votes)
              const isPassedOver = (index: number) => answers[index]?.kind === 'passed-over'
              outcomes.push(...answers.filter((_, index) => !isPassedOver(index)))
              votes = votes.filter((_, index) => isPassedOver(index))
            }
          }
          return outcomes
        }),
      )
      const seen = new Map<number, string>()
      let last = 0
      let isCasting = true
      const casted = casting.then((outcomes) => {
        isCasting = false
        return outcomes.flat()
      })
      while (isCasting) {
        const { version, buckets } = await readPoll(stores, pollId)
        const counts = JSON.stringify([...buckets].sort())
        expect(version).toBeGreaterThanOrEqual(last)
        expect(seen.get(version) ?? counts).toBe(counts)
        seen.set(version, counts)
        last = version
      }
      expect(new Set(kindsOf(await casted))).toEqual(new Set(['accepted']))
      expect(seen.size, 'readings between casts').toBeGreaterThan(3)
      expect((await tally(stores, pollId)).voters).toBe(120)
    })

    it('any batches whatever: answers are the model’s, and tallies are a recount of the votes', {
      timeout: 120_000,
    }, async () => {
      const op = fc.record({
        voterKey: fc.constantFrom('ada', 'bob', 'cy', 'dee'),
        voteId: fc.constantFrom('v1', 'v2', 'v3', 'v4', 'v5', 'v6'),
        ballot: fc.option(fc.subarray([1, 2, 3], { minLength: 1 }), { freq: 4 }),
        revision: fc.option(fc.nat(3), { nil: undefined, freq: 1 }),
      })
      const batch = fc.array(op, { minLength: 1, maxLength: 6 })
      await fc.assert(
        fc.asyncProperty(
          fc.boolean(),
          fc.integer({ min: 1, max: 3 }),
          fc.array(batch),
          async (canChange, boxes, batches) => {
            const pollId = await insertPoll(stores, { canChange })
            if (boxes > 1) await setBoxes(stores, pollId, boxes)
            const plan = boxes > 1 ? 2 : 1
            const model = new Model(canChange)
            for (const ops of batches) {
              const votes = ops.map((fields) => vote(pollId, { ...fields, plan, box: fields.voterKey.length % boxes }))
              expect(kindsOf(await stores.ballots.commit(votes))).toEqual(votes.map((one) => model.decide(one)))
              expect(await tally(stores, pollId)).toEqual(await recount(stores, pollId))
            }
            for (const [voterKey, { ballot, ...row }] of model.rows) {
              const expected = { ...row, ballot: JSON.parse(ballot) }
              expect(await readVote(stores, pollId, voterKey)).toMatchObject(expected)
            }
          },
        ),
        { numRuns: 60 },
      )
    })
  })
}
