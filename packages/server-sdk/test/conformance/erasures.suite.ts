import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { VoteFilter } from '../../src/domain/void-input.ts'
import {
  insertPoll,
  type MakeStores,
  newPoll,
  readPoll,
  recount,
  type StoresUnderTest,
  setBoxes,
  tally,
  vote,
} from './stores.ts'

const past = new Date('2020-01-01T00:00:00Z')

/** What every `Erasures` promises. */
export function describeErasures(name: string, make: MakeStores): void {
  let stores: StoresUnderTest
  beforeAll(async () => {
    stores = await make()
  })
  afterAll(() => stores.close())

  const cast = (pollId: string, fields: Parameters<typeof vote>[1]) => stores.ballots.commit([vote(pollId, fields)])
  const rowsOf = (pollId: string) =>
    stores.db
      .selectFrom('live_poll_votes')
      .select(['voter_key', 'choices', 'vote_id', 'revision'])
      .where('poll_id', '=', pollId)
      .orderBy('revision')
      .execute()
  const usesOf = (pollId: string) =>
    stores.db
      .selectFrom('live_poll_invitation_uses')
      .select(['id', 'voter_key'])
      .where('poll_id', '=', pollId)
      .execute()
  const voidThose = (pollId: string, filter: VoteFilter) =>
    stores.audit.voidVotes(pollId, { id: `a_${pollId}`, filter, reason: 'One person', actor: 'ed', isDryRun: false })

  async function expectExactly(pollId: string, buckets: Record<string, number>) {
    expect(await tally(stores, pollId)).toEqual(buckets)
    expect(await recount(stores, pollId)).toEqual(buckets)
    expect((await stores.records.recount(pollId))?.differences).toEqual([])
  }

  /** A poll in which `a` has voted at revision 1, and `b` at revision 2, each with an invitation. */
  async function insertVoted(): Promise<string> {
    const pollId = await insertPoll(stores)
    await stores.db
      .insertInto('live_poll_invitations')
      .values(
        ['a', 'b'].map((key) => ({ id: `${key} of ${pollId}`, poll_id: pollId, created_at: past, revoked_at: null })),
      )
      .execute()
    const invited = (voterKey: string) => ({ voterKey, invitation: `${voterKey} of ${pollId}` })
    await cast(pollId, { ...invited('a'), ballot: [1, 3] })
    await cast(pollId, { ...invited('b'), ballot: [1] })
    await cast(pollId, { ...invited('b'), ballot: [2] })
    return pollId
  }

  /** Nothing in the database tells of `a` and their votes. */
  async function expectForgotten(pollId: string, before: Awaited<ReturnType<typeof rowsOf>>) {
    const voteIds = before.filter((row) => row.voter_key === 'a').map((row) => row.vote_id)
    for (const row of await rowsOf(pollId)) {
      expect(row.voter_key).not.toBe('a')
      expect(voteIds).not.toContain(row.vote_id)
    }
    for (const use of await usesOf(pollId)) expect(use.voter_key).not.toBe('a')
    for (const entry of await stores.audit.read(pollId)) expect(entry.filter?.voterKeys ?? []).not.toContain('a')
  }

  describe(`forgetting a voter on ${name}`, () => {
    it('takes their ballot back while the poll is open, and leaves nothing of it', async () => {
      const pollId = await insertVoted()
      const [before, { version }] = [await rowsOf(pollId), await readPoll(stores, pollId)]
      expect(await stores.erasures.eraseVoter(pollId, 'a')).toBe(true)
      await expectForgotten(pollId, before)
      await expectExactly(pollId, { 2: 1, voters: 1 })
      expect(await rowsOf(pollId)).toEqual(before.filter((row) => row.voter_key === 'b'))
      expect(await usesOf(pollId)).toEqual([{ id: `b of ${pollId}`, voter_key: 'b' }])
      expect((await readPoll(stores, pollId)).version).toBe(version + 1)
      expect(await stores.audit.read(pollId)).toEqual([])
      expect(await cast(pollId, { voterKey: 'a', revision: 0 }), 'who is forgotten is new').toMatchObject([
        { kind: 'accepted', revision: 1 },
      ])
    })

    it('leaves nothing of a ballot that was taken back, also once the poll is closed', async () => {
      for (const isClosed of [false, true]) {
        const pollId = await insertVoted()
        await cast(pollId, { voterKey: 'a', ballot: null })
        if (isClosed) await stores.polls.close(pollId, 'now')
        const { version } = await readPoll(stores, pollId)
        expect(await stores.erasures.eraseVoter(pollId, 'a')).toBe(true)
        await expectForgotten(pollId, [])
        await expectExactly(pollId, { 2: 1, voters: 1 })
        expect(await rowsOf(pollId)).toHaveLength(1)
        expect((await readPoll(stores, pollId)).version, 'no screen changes').toBe(version)
        expect(await stores.audit.read(pollId)).toEqual([])
      }
    })

    it.each(['closed by hand', 'due'] as const)('keeps the count of a poll that is %s, as nobody’s', async (how) => {
      const pollId = await insertVoted()
      if (how === 'due') {
        const polls = stores.db.updateTable('live_poll_polls').where('id', '=', pollId)
        await polls.set({ closes_at: past }).execute()
      } else await stores.polls.close(pollId, 'now')
      const before = await rowsOf(pollId)
      expect(await stores.erasures.eraseVoter(pollId, 'a')).toBe(true)
      await expectForgotten(pollId, before)
      await expectExactly(pollId, { 1: 1, 2: 1, 3: 1, voters: 2 })
      const [row] = await rowsOf(pollId)
      expect(row).toMatchObject({ choices: '[1,3]', revision: 1, voter_key: expect.stringMatching(/^[\w-]{22}$/) })
      expect(await usesOf(pollId)).toContainEqual({ id: `a of ${pollId}`, voter_key: row?.voter_key })
      expect(await stores.audit.read(pollId)).toEqual([
        {
          ...{ id: expect.stringMatching(/^a_/), at: expect.any(String), action: 'erase', actor: null },
          ...{ reason: 'A voter was forgotten.', votes: 1, filter: null },
        },
      ])
    })

    it('keeps a voided vote as nobody’s, and names them no more in the audit', async () => {
      const pollId = await insertVoted()
      await voidThose(pollId, { voterKeys: ['a', 'b'], choices: [1] })
      const before = await rowsOf(pollId)
      expect(await stores.erasures.eraseVoter(pollId, 'a')).toBe(true)
      await expectForgotten(pollId, before)
      await expectExactly(pollId, { 2: 1, voters: 1, voided: 1 })
      const voterKey = (await rowsOf(pollId))[0]?.voter_key
      expect(await stores.audit.read(pollId)).toMatchObject([
        { action: 'void', actor: 'ed', votes: 1, filter: { voterKeys: [voterKey, 'b'], choices: [1] } },
      ])
    })

    it('finds nothing when it is repeated, nor of a voter or a poll that is not there', async () => {
      for (const isClosed of [false, true]) {
        const pollId = await insertVoted()
        if (isClosed) await stores.polls.close(pollId, 'now')
        await stores.erasures.eraseVoter(pollId, 'a')
        const before = await readPoll(stores, pollId)
        for (const key of ['a', 'c']) expect(await stores.erasures.eraseVoter(pollId, key)).toBe(false)
        const { version, buckets } = await readPoll(stores, pollId)
        expect({ version, buckets }).toEqual({ version: before.version, buckets: before.buckets })
      }
      expect(await stores.erasures.eraseVoter('p_none', 'a')).toBe(false)
    })

    it('finds the ballot in whichever box it was counted', async () => {
      const pollId = await insertPoll(stores)
      await cast(pollId, { voterKey: 'a', ballot: [1] })
      await setBoxes(stores, pollId, 3)
      await cast(pollId, { voterKey: 'a', ballot: [2], box: 2, plan: 2 })
      await cast(pollId, { voterKey: 'b', ballot: [2], box: 1, plan: 2 })
      await stores.erasures.eraseVoter(pollId, 'a')
      await expectExactly(pollId, { 2: 1, voters: 1 })
    })

    it('and a vote of theirs come one after the other', { timeout: 60_000 }, async () => {
      for (let round = 0; round < 20; round++) {
        const pollId = await insertPoll(stores, { boxes: 2 })
        await cast(pollId, { voterKey: 'a', ballot: [1], box: 1 })
        await cast(pollId, { voterKey: 'b', ballot: [3], box: 0 })
        const change = cast(pollId, { voterKey: 'a', ballot: [2, 3], box: 1 })
        const erased = stores.erasures.eraseVoter(pollId, 'a')
        const outcomes = [await change, await erased]
        const row = (await rowsOf(pollId)).find(({ voter_key }) => voter_key === 'a')
        // First the vote: nothing is left. First the other: it is the first vote of somebody new.
        const left = row && [row.choices, row.revision]
        expect([undefined, ['[2,3]', 1]], JSON.stringify(outcomes)).toContainEqual(left)
        await expectExactly(pollId, left ? { 2: 1, 3: 2, voters: 2 } : { 3: 1, voters: 1 })
      }
    })
  })

  describe(`looking for a voter on ${name}`, () => {
    it('gives all polls, page by page, in the order of their ids', async () => {
      const { id, ...poll } = newPoll()
      const ids = Array.from({ length: 1203 }, (_, index) => `${id}-${10_000 + index}`)
      for (const first of [0, 500, 1000]) {
        const rows = ids.slice(first, first + 500).map((pollId) => ({
          ...{ id: pollId, question: poll.question, ballot: '{}', show_results: 'always', can_change: true, boxes: 1 },
          ...{ plan: 1, edition: 1, epoch: 1, salt: `salt of ${pollId}`, owner: null, created_at: past },
          ...{ opens_at: null, closes_at: null, closed_at: null },
        }))
        await stores.db.insertInto('live_poll_polls').values(rows).execute()
      }
      const seen: string[] = []
      for (let page = await stores.erasures.pollsAfter(''); page.length > 0; ) {
        expect(page.length).toBeLessThanOrEqual(500)
        for (const found of page) seen.push(found.id)
        for (const found of page) if (ids.includes(found.id)) expect(found.salt).toBe(`salt of ${found.id}`)
        page = await stores.erasures.pollsAfter(page.at(-1)?.id ?? '')
      }
      expect(seen.filter((found) => ids.includes(found))).toEqual(ids)
      expect(new Set(seen).size).toBe(seen.length)
      await stores.db.deleteFrom('live_poll_polls').where('id', 'in', ids).execute()
    })

    it('finds the polls in which they voted, or that name them in the audit', async () => {
      const [voted, other, reset] = [await insertVoted(), await insertVoted(), await insertVoted()]
      await voidThose(reset, { voterKeys: ['a'] })
      await stores.polls.reset(reset, 1)
      const voters = [
        { pollId: voted, voterKey: 'a' },
        { pollId: other, voterKey: 'c' },
        { pollId: reset, voterKey: 'a' },
      ]
      expect(await stores.erasures.find(voters)).toEqual(new Set([voted, reset]))
      expect(await stores.erasures.eraseVoter(reset, 'a')).toBe(true)
      await expectForgotten(reset, [])
      expect(await stores.erasures.eraseVoter(reset, 'a')).toBe(false)
    })

    it('finds them among as many polls as a page has', async () => {
      const pollId = await insertVoted()
      const strangers = Array.from({ length: 499 }, (_, index) => ({ pollId: `p_none-${index}`, voterKey: 'a' }))
      expect(await stores.erasures.find([...strangers, { pollId, voterKey: 'a' }])).toEqual(new Set([pollId]))
    })
  })

  describe(`forgetting an organizer on ${name}`, () => {
    it('takes their name from polls, from their idempotency keys and from what they did', async () => {
      const [ada, bob] = [newPoll({ owner: 'ada' }), newPoll({ owner: 'bob' })]
      for (const poll of [ada, bob]) {
        await stores.polls.insert(poll, { key: `key of ${poll.id}`, bodyHash: 'h', life: 60_000 })
      }
      const voided = await insertVoted()
      await voidThose(voided, { choices: [1] })
      const ids = [ada.id, bob.id, voided, 'p_none']
      expect(await stores.erasures.forgetOrganizer('ada', ids)).toEqual([ada.id])
      expect([(await readPoll(stores, ada.id)).facts.owner, (await readPoll(stores, bob.id)).facts.owner]).toEqual([
        null,
        'bob',
      ])
      const keys = await stores.db
        .selectFrom('live_poll_requests')
        .select('poll_id')
        .where('poll_id', 'in', ids)
        .execute()
      expect(keys).toEqual([{ poll_id: bob.id }])
      expect(await stores.erasures.forgetOrganizer('ed', ids)).toEqual([voided])
      expect(await stores.audit.read(voided)).toMatchObject([{ action: 'void', actor: null, reason: 'One person' }])
      for (const user of ['ada', 'ed', 'nobody']) expect(await stores.erasures.forgetOrganizer(user, ids)).toEqual([])
    })
  })
}
