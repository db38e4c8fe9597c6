import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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

/** What every `VoteRecords` promises. */
export function describeVoteRecords(name: string, make: MakeStores): void {
  let stores: StoresUnderTest
  beforeAll(async () => {
    stores = await make()
  })
  afterAll(() => stores.close())

  /** The embedded database has one connection: a reader that kept it would keep everyone from voting. */
  const isOneMoment = name !== 'embedded'

  async function collect(pollId: string): Promise<readonly VoteRecord[]> {
    const votes: VoteRecord[] = []
    for await (const record of stores.records.read(pollId)) votes.push(record)
    return votes
  }

  /** A poll of two boxes in which all has happened: a change, a vote taken back, a voter whose box is another now. */
  async function insertLivedIn(): Promise<string> {
    const pollId = await insertPoll(stores)
    const cast = (fields: Parameters<typeof vote>[1]) => stores.ballots.commit([vote(pollId, fields)])
    await cast({ voterKey: 'a', ballot: [1] })
    await cast({ voterKey: 'b', ballot: [1, 3] })
    await cast({ voterKey: 'c', ballot: [2] })
    await setBoxes(stores, pollId, 2)
    await cast({ voterKey: 'a', ballot: [2, 3], box: 1, plan: 2 })
    await cast({ voterKey: 'c', ballot: null, box: 1, plan: 2 })
    return pollId
  }

  describe(`recounting on ${name}`, () => {
    it('finds nothing where nothing is wrong, and changes nothing', async () => {
      const pollId = await insertLivedIn()
      const before = await readPoll(stores, pollId)
      expect(await stores.records.recount(pollId)).toEqual({ ballots: 2, differences: [] })
      const { version, buckets } = await readPoll(stores, pollId)
      expect({ version, buckets }).toEqual({ version: before.version, buckets: before.buckets })
    })

    it('finds tallies that are wrong, missing or too many, and repairs them', async () => {
      const pollId = await insertLivedIn()
      const { version } = await readPoll(stores, pollId)
      const tallies = () => stores.db.updateTable('live_poll_tallies').where('poll_id', '=', pollId)
      await tallies().set({ votes: 40 }).where('bucket', '=', 'voters').where('box', '=', 0).execute()
      await stores.db.deleteFrom('live_poll_tallies').where('poll_id', '=', pollId).where('bucket', '=', '3').execute()
      await stores.db
        .insertInto('live_poll_tallies')
        .values({ poll_id: pollId, box: 1, bucket: '9', votes: 7 })
        .execute()

      const outcome = await stores.records.recount(pollId)
      expect(outcome?.ballots).toBe(2)
      expect(outcome?.differences, 'in the order of their names').toEqual([
        { bucket: '3', tallied: 0, counted: 2 },
        { bucket: '9', tallied: 7, counted: 0 },
        { bucket: 'voters', tallied: 41, counted: 2 },
      ])
      expect(await tally(stores, pollId)).toEqual(await recount(stores, pollId))
      expect(await tally(stores, pollId)).toEqual({ 1: 1, 2: 1, 3: 2, voters: 2 })
      expect((await readPoll(stores, pollId)).version).toBeGreaterThan(version)
      expect(await stores.records.recount(pollId)).toEqual({ ballots: 2, differences: [] })
    })

    it('counts on from what it has repaired', async () => {
      const pollId = await insertLivedIn()
      await stores.db.deleteFrom('live_poll_tallies').where('poll_id', '=', pollId).execute()
      await stores.records.recount(pollId)
      await stores.ballots.commit([vote(pollId, { voterKey: 'a', ballot: null, box: 1, plan: 2 })])
      expect(await tally(stores, pollId)).toEqual({ 1: 1, 3: 1, voters: 1 })
    })

    it('takes votes with one choice that were counted by choice and voter, as they once were, for what they are', async () => {
      const pollId = await insertPoll(stores)
      await stores.ballots.commit(['a', 'b', 'c'].map((voterKey) => vote(pollId, { voterKey, ballot: [2] })))
      await stores.db.deleteFrom('live_poll_tallies').where('poll_id', '=', pollId).execute()
      const place = { poll_id: pollId, box: 0, votes: 3 }
      const tallies = ['2', 'voters'].map((bucket) => ({ ...place, bucket }))
      await stores.db.insertInto('live_poll_tallies').values(tallies).execute()
      expect(await stores.records.recount(pollId)).toEqual({ ballots: 3, differences: [] })

      const changed = vote(pollId, { voterKey: 'b', ballot: [3] })
      await stores.ballots.commit([changed, vote(pollId, { voterKey: 'c', ballot: null })])
      expect(await tally(stores, pollId)).toEqual({ 2: 1, 3: 1, voters: 2 })
      expect(await stores.records.recount(pollId)).toEqual({ ballots: 2, differences: [] })
    })

    it('leaves other polls alone', async () => {
      const [pollId, other] = [await insertLivedIn(), await insertLivedIn()]
      await stores.db.deleteFrom('live_poll_tallies').where('poll_id', 'in', [pollId, other]).execute()
      await stores.records.recount(pollId)
      expect(await tally(stores, other)).toEqual({})
    })

    it('finds no difference while votes pour in, changes and all', async () => {
      const pollId = await insertPoll(stores, { boxes: 3 })
      const castVote = startVotingNode(stores, 20)
      const outcomes: unknown[] = []
      let isCasting = true
      const recounting = (async () => {
        while (isCasting) outcomes.push((await stores.records.recount(pollId))?.differences)
      })()
      const answers = []
      for (let voter = 0; voter < 300; voter++) {
        const fields = { voter: { kind: 'user', id: `voter-${voter % 90}` }, choices: [(voter % 3) + 1] } as const
        answers.push(answerOf(castVote(voteRequest(pollId, fields))))
        if (voter % 30 === 29) await Promise.all(answers)
      }
      await Promise.all(answers)
      isCasting = false
      await recounting
      expect(outcomes.length).toBeGreaterThan(1)
      expect(outcomes.flat()).toEqual([])
      expect(await stores.records.recount(pollId)).toEqual({ ballots: 90, differences: [] })
    })

    it('knows no poll that is not there, and says how far it is', async () => {
      expect(await stores.records.recount('p_none')).toBeUndefined()
      const rows: number[] = []
      await stores.records.recount(await insertLivedIn(), (count) => rows.push(count))
      expect(rows).toEqual([0, 3])
    })
  })

  describe(`reading all votes on ${name}`, () => {
    it('gives what the box holds of each voter, and when it was accepted', async () => {
      const pollId = await insertLivedIn()
      const { now } = await readPoll(stores, pollId)
      const votes = await collect(pollId)
      expect(votes.map(({ voterKey, choices, revision }) => [voterKey, choices, revision])).toEqual([
        ['a', [2, 3], 2],
        ['b', [1, 3], 1],
        ['c', null, 2],
      ])
      expect(new Set(votes.map(({ voteId }) => voteId)).size).toBe(3)
      for (const { acceptedAt } of votes) {
        expect(now.getTime() - acceptedAt.getTime()).toBeGreaterThanOrEqual(0)
        expect(now.getTime() - acceptedAt.getTime()).toBeLessThan(20_000)
      }
    })

    it.each([0, 1, 2000, 4001])('gives %s votes once each, in order of their keys', async (voters) => {
      const pollId = await insertPoll(stores)
      for (let first = 0; first < voters; first += 500) {
        const some = Array.from({ length: Math.min(500, voters - first) }, (_, index) =>
          vote(pollId, { voterKey: `${first + index}` }),
        )
        await stores.ballots.commit(some)
      }
      const keys = (await collect(pollId)).map(({ voterKey }) => voterKey)
      expect(keys).toEqual(Array.from({ length: voters }, (_, index) => `${index}`).sort())
    })

    it('gives its connection back to others when its reader has had enough', async () => {
      const pollId = await insertLivedIn()
      for (let time = 0; time < 25; time++) {
        for await (const { voterKey } of stores.records.read(pollId)) {
          expect(voterKey).toBe('a')
          break
        }
      }
      expect(await collect(pollId)).toHaveLength(3)
    })

    it(`is of ${isOneMoment ? 'one moment' : 'one moment a page'}, whatever others do meanwhile`, async () => {
      const pollId = await insertPoll(stores)
      const voters = Array.from({ length: 2001 }, (_, index) => vote(pollId, { voterKey: `${10_000 + index}` }))
      for (let first = 0; first < voters.length; first += 500) {
        await stores.ballots.commit(voters.slice(first, first + 500))
      }
      const takenBack: unknown[] = []
      for await (const { voterKey, choices } of stores.records.read(pollId)) {
        if (voterKey === '10000') await stores.ballots.commit([vote(pollId, { voterKey: '12000', ballot: null })])
        if (choices === null) takenBack.push(voterKey)
      }
      expect(takenBack).toEqual(isOneMoment ? [] : ['12000'])
    })

    it('lets others vote while its reader looks on', async () => {
      const pollId = await insertLivedIn()
      for await (const { voterKey } of stores.records.read(pollId)) {
        const cast = vote(pollId, { voterKey: `late-${voterKey}`, plan: 2 })
        expect(await stores.ballots.commit([cast])).toMatchObject([{ kind: 'accepted' }])
      }
      expect(await tally(stores, pollId)).toMatchObject({ voters: 5 })
    })
  })
}
