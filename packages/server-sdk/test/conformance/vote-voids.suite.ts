import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { VoteFilter } from '../../src/domain/void-input.ts'
import type { VoidRequest } from '../../src/ports/vote-audit.ts'
import type { VoteRecord } from '../../src/ports/vote-records.ts'
import {
  insertPoll,
  type MakeStores,
  readPoll,
  recount,
  type StoresUnderTest,
  setBoxes,
  tally,
  vote,
} from './stores.ts'
import { answerOf, startVotingNode, voteRequest } from './voting-nodes.ts'

/** What every `VoteAudit` promises, and what the other ports make of voided votes. */
export function describeVoteVoids(name: string, make: MakeStores): void {
  let stores: StoresUnderTest
  beforeAll(async () => {
    stores = await make()
  })
  afterAll(() => stores.close())

  const request = (filter: VoteFilter, fields: Partial<VoidRequest> = {}): VoidRequest => ({
    id: `a_${randomBytes(9).toString('base64url')}`,
    ...{ filter, reason: 'One person', actor: 'ed', isDryRun: false, ...fields },
  })
  const voidThose = (pollId: string, filter: VoteFilter) => stores.audit.voidVotes(pollId, request(filter))

  /** A poll of two boxes: `a` 2 and 3, `b` 1 and 3, `c` taken back, `d` 1. The box of `a` was another at first. */
  async function insertLivedIn(): Promise<string> {
    const pollId = await insertPoll(stores)
    const cast = (fields: Parameters<typeof vote>[1]) => stores.ballots.commit([vote(pollId, fields)])
    await cast({ voterKey: 'a', ballot: [1] })
    await cast({ voterKey: 'b', ballot: [1, 3], voteId: 'b-1' })
    await cast({ voterKey: 'c', ballot: [2] })
    await setBoxes(stores, pollId, 2)
    await cast({ voterKey: 'a', ballot: [2, 3], box: 1, plan: 2 })
    await cast({ voterKey: 'c', ballot: null, box: 1, plan: 2 })
    await cast({ voterKey: 'd', ballot: [1], plan: 2 })
    return pollId
  }

  async function collect(pollId: string): Promise<readonly VoteRecord[]> {
    const votes: VoteRecord[] = []
    for await (const record of stores.records.read(pollId)) votes.push(record)
    return votes
  }

  async function expectExactly(pollId: string, buckets: Record<string, number>) {
    expect(await tally(stores, pollId)).toEqual(buckets)
    expect(await recount(stores, pollId)).toEqual(buckets)
    expect(await stores.records.recount(pollId)).toEqual({ ballots: buckets.voters ?? 0, differences: [] })
  }

  const [past, future] = [new Date('2020-01-01T00:00:00Z'), new Date('2100-01-01T00:00:00Z')]

  describe(`taking votes out on ${name}`, () => {
    it.each<[string, VoteFilter, number, Record<string, number>]>([
      ['by voter', { voterKeys: ['a', 'c', 'e'] }, 1, { 1: 2, 3: 1, voters: 2, voided: 1 }],
      ['by choice', { choices: [2, 3] }, 2, { 1: 1, voters: 1, voided: 2 }],
      ['from a time on', { acceptedFrom: past }, 3, { voided: 3 }],
      ['before a time', { acceptedBefore: future }, 3, { voided: 3 }],
      ['of no time yet', { acceptedFrom: future }, 0, { 1: 2, 2: 1, 3: 2, voters: 3 }],
      ['of no time any more', { acceptedBefore: past }, 0, { 1: 2, 2: 1, 3: 2, voters: 3 }],
      [
        'by all of these',
        { voterKeys: ['b', 'd'], choices: [3], acceptedFrom: past, acceptedBefore: future },
        ...([1, { 1: 1, 2: 1, 3: 1, voters: 2, voided: 1 }] as const),
      ],
    ])('%s', async (_, filter, voided, buckets) => {
      const [pollId, other] = [await insertLivedIn(), await insertLivedIn()]
      const { version } = await readPoll(stores, pollId)
      const dryRun = await stores.audit.voidVotes(pollId, request(filter, { isDryRun: true }))
      expect(dryRun, 'as the dry run has it').toBe(voided)
      expect((await readPoll(stores, pollId)).version, 'which writes nothing').toBe(version)
      expect(await stores.audit.read(pollId)).toEqual([])

      expect(await voidThose(pollId, filter)).toBe(voided)
      await expectExactly(pollId, buckets)
      const after = await readPoll(stores, pollId)
      expect(after.version).toBe(version + (voided > 0 ? 1 : 0))
      expect(after.facts.plan, 'votes on their way need not be prepared again').toBe(2)
      expect(await tally(stores, other), 'another poll').toEqual({ 1: 2, 2: 1, 3: 2, voters: 3 })
    })

    it('writes down who, why, which and how many, newest first', async () => {
      const pollId = await insertLivedIn()
      const { now } = await readPoll(stores, pollId)
      const [first, second] = [
        request({ voterKeys: ['a', 'b'], acceptedFrom: past }),
        request({ choices: [1] }, { actor: null }),
      ]
      await stores.audit.voidVotes(pollId, first)
      const [entry] = await stores.audit.read(pollId)
      await stores.audit.voidVotes(pollId, second)
      const entries = await stores.audit.read(pollId)
      expect(entries).toHaveLength(2)
      const filter = { voterKeys: ['a', 'b'], acceptedFrom: '2020-01-01T00:00:00.000Z' }
      expect(entry).toEqual({
        ...{
          id: first.id,
          at: expect.any(String),
          action: 'void',
          actor: 'ed',
          reason: 'One person',
          votes: 2,
          filter,
        },
      })
      expect(Math.abs(new Date(entry?.at ?? 0).getTime() - now.getTime())).toBeLessThan(20_000)
      expect(entries.find(({ id }) => id === second.id)).toMatchObject({
        actor: null,
        votes: 1,
        filter: { choices: [1] },
      })
      expect(new Date(entries[0]?.at ?? 0) >= new Date(entries[1]?.at ?? 0)).toBe(true)
    })

    it('changes nothing when it is repeated', async () => {
      const pollId = await insertLivedIn()
      expect(await voidThose(pollId, { choices: [3] })).toBe(2)
      const before = await readPoll(stores, pollId)
      expect(await voidThose(pollId, { choices: [3] })).toBe(0)
      const { version, buckets } = await readPoll(stores, pollId)
      expect({ version, buckets }).toEqual({ version: before.version, buckets: before.buckets })
      expect(await stores.audit.read(pollId)).toHaveLength(1)
    })

    it('takes votes out of a closed poll', async () => {
      const pollId = await insertLivedIn()
      await stores.polls.close(pollId, 'now')
      const { version } = await readPoll(stores, pollId)
      expect(await voidThose(pollId, { voterKeys: ['b'] })).toBe(1)
      await expectExactly(pollId, { 1: 1, 2: 1, 3: 1, voters: 2, voided: 1 })
      const after = await readPoll(stores, pollId)
      expect(after.version).toBe(version + 1)
      expect(after.facts.closedAt).not.toBeNull()
    })

    it('is counted again from the rows, where tallies are wrong', async () => {
      const pollId = await insertLivedIn()
      await voidThose(pollId, { voterKeys: ['a', 'd'] })
      await stores.db.deleteFrom('live_poll_tallies').where('poll_id', '=', pollId).execute()
      const outcome = await stores.records.recount(pollId)
      expect(outcome?.differences).toEqual([
        { bucket: '1', tallied: 0, counted: 1 },
        { bucket: '3', tallied: 0, counted: 1 },
        { bucket: 'voided', tallied: 0, counted: 2 },
        { bucket: 'voters', tallied: 0, counted: 1 },
      ])
      await expectExactly(pollId, { 1: 1, 3: 1, voters: 1, voided: 2 })
    })

    it('lets a voided voter cast no other, and answers no repeat of theirs as accepted', async () => {
      const pollId = await insertLivedIn()
      await voidThose(pollId, { voterKeys: ['b'] })
      for (const voteId of ['b-1', 'b-2']) {
        const again = vote(pollId, { voterKey: 'b', ballot: [1, 3], voteId, plan: 2 })
        expect(await stores.ballots.commit([again])).toMatchObject([{ kind: 'refused', code: 'VOTE_REFUSED' }])
      }
      await expectExactly(pollId, { 1: 1, 2: 1, 3: 1, voters: 2, voided: 1 })
    })

    it('shows voided votes in an export, with what they had chosen', async () => {
      const pollId = await insertLivedIn()
      await voidThose(pollId, { voterKeys: ['a', 'b'] })
      const votes = await collect(pollId)
      expect(votes.map(({ voterKey, choices, revision, isVoided }) => [voterKey, choices, revision, isVoided])).toEqual(
        [
          ['a', [2, 3], 2, true],
          ['b', [1, 3], 1, true],
          ['c', null, 2, false],
          ['d', [1], 1, false],
        ],
      )
    })

    it('takes out once what a node of the version before has let vote again', async () => {
      const pollId = await insertLivedIn()
      await voidThose(pollId, { voterKeys: ['d'] })
      const rows = stores.db.updateTable('live_poll_votes').where('poll_id', '=', pollId).where('voter_key', '=', 'd')
      await rows.set({ choices: '[2]', revision: 2 }).execute()
      await stores.records.recount(pollId)
      await expectExactly(pollId, { 1: 1, 2: 2, 3: 2, voters: 3, voided: 1 })
      expect(await voidThose(pollId, { choices: [2] })).toBe(2)
      await expectExactly(pollId, { 1: 1, 3: 1, voters: 1, voided: 2 })
      expect((await collect(pollId)).at(-1)).toMatchObject({ voterKey: 'd', choices: [2], isVoided: true })
    })

    it('takes an edit of what voided voters saw as one after votes', async () => {
      const pollId = await insertPoll(stores)
      await stores.ballots.commit([vote(pollId)])
      await voidThose(pollId, { choices: [1] })
      expect(await stores.polls.edit(pollId, { question: 'Dinner?' })).toMatchObject({ code: 'POLL_HAS_VOTES' })
    })

    it('goes page by page', async () => {
      const pollId = await insertPoll(stores)
      const keys = Array.from({ length: 4100 }, (_, index) => `${10_000 + index}`)
      for (let first = 0; first < keys.length; first += 500) {
        const some = keys.slice(first, first + 500)
        await stores.ballots.commit(some.map((voterKey, n) => vote(pollId, { voterKey, ballot: [(n % 2) + 1] })))
      }
      const dryRun = (filter: VoteFilter) => stores.audit.voidVotes(pollId, request(filter, { isDryRun: true }))
      expect(await dryRun({ voterKeys: keys.slice(100, 1100) })).toBe(1000)
      expect(await dryRun({ acceptedFrom: past })).toBe(4100)
      expect(await voidThose(pollId, { voterKeys: keys.slice(100, 1100) })).toBe(1000)
      expect(await voidThose(pollId, { choices: [2] })).toBe(1550)
      await expectExactly(pollId, { 1: 1550, voters: 1550, voided: 2550 })
      expect(await voidThose(pollId, { acceptedFrom: past })).toBe(1550)
      await expectExactly(pollId, { voided: 4100 })
    })

    it('knows no poll that is not there, and goes with one that is deleted', async () => {
      expect(await voidThose('p_none', { choices: [1] })).toBeUndefined()
      expect(await stores.audit.voidVotes('p_none', request({ choices: [1] }, { isDryRun: true }))).toBeUndefined()
      const pollId = await insertLivedIn()
      await voidThose(pollId, { choices: [1] })
      await stores.polls.delete(pollId)
      expect(await stores.audit.read(pollId)).toEqual([])
    })

    it('takes out what a voter had at that moment, and not what they had before', { timeout: 60_000 }, async () => {
      for (let round = 0; round < 8; round++) {
        const pollId = await insertPoll(stores)
        const keys = Array.from({ length: 120 }, (_, index) => `${1000 + index}`)
        await stores.ballots.commit(keys.map((voterKey) => vote(pollId, { voterKey, ballot: [1] })))
        const changing = (async () => {
          for (let first = 0; first < keys.length; first += 4) {
            const some = keys.slice(first, first + 4)
            await stores.ballots.commit(some.map((voterKey) => vote(pollId, { voterKey, ballot: [2] })))
          }
        })()
        const voided = await voidThose(pollId, { choices: [1] })
        await changing
        const buckets = await recount(stores, pollId)
        expect(buckets.voided ?? 0).toBe(voided)
        await expectExactly(pollId, buckets)
      }
    })

    it('is exact while votes pour in', { timeout: 60_000 }, async () => {
      const pollId = await insertPoll(stores, { boxes: 3 })
      const castVote = startVotingNode(stores, 20)
      let isCasting = true
      let voided = 0
      const voiding = (async () => {
        while (isCasting) voided += (await voidThose(pollId, { choices: [3] })) ?? 0
      })()
      const answers = []
      for (let voter = 0; voter < 300; voter++) {
        const fields = { voter: { kind: 'user', id: `voter-${voter % 90}` }, choices: [((voter % 4) % 3) + 1] } as const
        answers.push(answerOf(castVote(voteRequest(pollId, fields))))
        if (voter % 30 === 29) await Promise.all(answers)
      }
      await Promise.all(answers)
      isCasting = false
      await voiding
      voided += (await voidThose(pollId, { choices: [3] })) ?? 0
      expect(voided).toBeGreaterThan(0)
      const buckets = await recount(stores, pollId)
      expect(buckets).toMatchObject({ voided })
      expect((buckets.voters ?? 0) + voided, 'each voter is counted, or voided').toBe(90)
      await expectExactly(pollId, buckets)
    })
  })
}
