import { randomBytes } from 'node:crypto'
import type { KyselyPlugin } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mysqlSql } from '../../src/adapters/mysql/mysql-sql.ts'
import { postgresSql } from '../../src/adapters/postgres/postgres-sql.ts'
import { createSqlOutbox } from '../../src/adapters/sql/outbox.ts'
import type { Happening } from '../../src/domain/poll-event.ts'
import { type Outbox, type OutboxRow, wholePoll } from '../../src/ports/outbox.ts'
import { insertPoll, type MakeStores, newPoll, readPoll, type StoresUnderTest, setBoxes, vote } from './stores.ts'

const sink = 'a-sink'
const others = 'others'

/** The contract of `Outbox`, and that every change of a poll leaves its events there. */
export function describeOutbox(name: string, make: MakeStores): void {
  describe(`Outbox on ${name}`, () => {
    let stores: StoresUnderTest
    let outbox: Outbox
    let before: string
    beforeAll(async () => {
      stores = await make()
      outbox = stores.outbox
      before = await insertPoll(stores)
      await stores.ballots.commit([vote(before)])
      outbox.keepFor([sink, others])
    })
    afterAll(() => stores.close())

    const cast = (pollId: string, ...fields: Parameters<typeof vote>[1][]) =>
      stores.ballots.commit(fields.map((one) => vote(pollId, one)))
    const read = (pollId: string, box = 0, most = 100) => outbox.read(sink, { pollId, box }, most)
    const parse = (row: OutboxRow) => row.happenings.map((text) => JSON.parse(text) as Happening)
    const happeningsOf = async (pollId: string, box = 0) => (await read(pollId, box)).flatMap(parse)
    async function insertOpen(fields = {}): Promise<string> {
      const pollId = await insertPoll(stores, fields)
      await outbox.remove(sink, await read(pollId))
      return pollId
    }
    const lane = (pollId: string, box = 0) => ({ pollId, box })
    const claim = (pollId: string, claimant: string, life = 60_000) =>
      outbox.claim(sink, [lane(pollId)], claimant, life)

    it('has nothing of what happened before there were sinks', async () => {
      expect(await happeningsOf(before)).toEqual([])
    })

    it('has the votes of a batch in their order, with what each replaces, at the place of its commit', async () => {
      const pollId = await insertOpen()
      const { version } = await readPoll(stores, pollId)
      await cast(
        pollId,
        { voterKey: 'ada', ballot: [1, 3] },
        { voterKey: 'bob', ballot: [2] },
        { voterKey: 'ada', ballot: [2] },
        { voterKey: 'bob', ballot: null },
      )
      await cast(pollId, { voterKey: 'ada', ballot: [1], revision: 9 }, { voterKey: 'bob', ballot: [1] })
      const rows = await read(pollId)
      expect(rows.map(({ epoch, seq }) => [epoch, seq])).toEqual([
        [1, version + 1],
        [1, version + 2],
      ])
      const accepted = (voterKey: string, revision: number, choices: unknown, replaced: unknown) => ({
        type: 'vote.accepted',
        ...{ voterKey, revision, choices, before: replaced },
      })
      expect(rows.map(parse)).toEqual([
        [
          accepted('ada', 1, [1, 3], null),
          accepted('bob', 1, [2], null),
          accepted('ada', 2, [2], [1, 3]),
          accepted('bob', 2, null, [2]),
        ],
        [accepted('bob', 3, [1], null)],
      ])
      expect(Math.abs((rows[0]?.at.getTime() ?? 0) - Date.now())).toBeLessThan(60_000)
    })

    it('has what is decided in several boxes and polls at once apart', async () => {
      const [one, other] = [await insertOpen({ boxes: 2 }), await insertOpen()]
      const votes = [vote(one, { box: 1, voterKey: 'b' }), vote(one, { voterKey: 'a' }), vote(other, { voterKey: 'c' })]
      await stores.ballots.commit(votes)
      const keysOf = async (pollId: string, box: number) =>
        (await happeningsOf(pollId, box)).map((one) => 'voterKey' in one && one.voterKey)
      expect([await keysOf(one, 0), await keysOf(one, 1), await keysOf(other, 0)]).toEqual([['a'], ['b'], ['c']])
    })

    it('has a row for each sink, and removes one sink’s only', async () => {
      const pollId = await insertOpen()
      await cast(pollId, { voterKey: 'ada' })
      await outbox.remove(sink, await read(pollId))
      expect(await read(pollId)).toEqual([])
      const kept = await outbox.read(others, lane(pollId), 100)
      expect(kept.flatMap(parse).map(({ type }) => type)).toEqual(['poll.created', 'vote.accepted'])
    })

    it('removes what was read, and nothing that came since', async () => {
      const pollId = await insertOpen()
      for (const voterKey of ['a', 'b', 'c']) await cast(pollId, { voterKey })
      const rows = await read(pollId, 0, 2)
      expect(rows).toHaveLength(2)
      await cast(pollId, { voterKey: 'd' })
      await outbox.remove(sink, rows)
      expect((await happeningsOf(pollId)).map((one) => 'voterKey' in one && one.voterKey)).toEqual(['c', 'd'])
    })

    it('has nothing of what was refused', async () => {
      const pollId = await insertOpen({ canChange: false })
      await cast(pollId, { voterKey: 'ada', voteId: 'once' })
      await outbox.remove(sink, await read(pollId))
      await cast(pollId, { voterKey: 'ada', voteId: 'once' }, { voterKey: 'ada', voteId: 'twice' })
      expect(await read(pollId)).toEqual([])
      expect(await stores.polls.open(pollId)).toBe('unchanged')
      expect((await stores.polls.edit(pollId, {})).kind).toBe('unchanged')
      expect(await read(pollId)).toEqual([])
    })

    it('has the whole life of a poll', async () => {
      const opensAt = new Date(Date.now() + 3_600_000)
      const choices = [{ label: 'Söup "1"' }, { label: 'Salad' }]
      const poll = newPoll({ opensAt, owner: 'ed', choices, ballot: { kind: 'choose', min: 1, max: 2 } })
      await stores.polls.insert(poll)
      await stores.polls.edit(poll.id, { question: 'Dinner?' })
      await stores.polls.open(poll.id)
      const plan = async () => ({ plan: (await readPoll(stores, poll.id)).facts.plan })
      await cast(poll.id, { voterKey: 'ada', ballot: [1], ...(await plan()) }, { voterKey: 'bob', ...(await plan()) })
      await stores.audit.voidVotes(poll.id, {
        ...{ id: 'a_1', filter: { voterKeys: ['bob'] }, reason: 'One person', actor: null, isDryRun: false },
      })
      await stores.erasures.eraseVoter(poll.id, 'ada')
      await stores.polls.close(poll.id, 'now')
      const closed = await readPoll(stores, poll.id)
      await stores.polls.reset(poll.id, 1)
      await stores.polls.delete(poll.id)

      const rows = await read(poll.id)
      const happened = rows.flatMap((row) => parse(row).map((happening) => ({ epoch: row.epoch, ...happening })))
      const shown = {
        ...{ question: 'Lunch?', ballot: poll.ballot, showResults: 'always', minVoters: null, canChange: true },
        choices: [
          { id: 1, label: 'Söup "1"' },
          { id: 2, label: 'Salad' },
        ],
        ...{ voters: ['anyone'], isPrivate: false, opensAt: opensAt.toISOString(), closesAt: null, owner: 'ed' },
      }
      expect(happened).toEqual([
        { epoch: 1, type: 'poll.created', poll: shown },
        { epoch: 1, type: 'poll.edited', poll: { ...shown, question: 'Dinner?' } },
        { epoch: 1, type: 'poll.opened' },
        { epoch: 1, type: 'vote.accepted', voterKey: 'ada', revision: 1, choices: [1], before: null },
        { epoch: 1, type: 'vote.accepted', voterKey: 'bob', revision: 1, choices: [1], before: null },
        { epoch: 1, type: 'vote.voided', voterKey: 'bob', before: [1], auditId: 'a_1' },
        { epoch: 1, type: 'vote.erased', voterKey: 'ada', before: [1] },
        { epoch: 1, type: 'poll.closed', closedAt: closed.facts.closedAt?.toISOString() },
        {
          epoch: 1,
          type: 'results.final',
          results: expect.objectContaining({ state: 'closed', version: closed.version, votes: [0, 0], voters: 0 }),
        },
        { epoch: 2, type: 'poll.reset' },
        { epoch: 2, type: 'poll.deleted' },
      ])
      const places = rows.map(({ epoch, seq }) => [epoch, seq])
      expect(new Set(places.map(String)).size).toBe(places.length)
    })

    it('has the closing by time, with what was in the box then', async () => {
      const pollId = await insertOpen({ closesAt: new Date(Date.now() + 3_600_000) })
      await cast(pollId, { voterKey: 'ada', ballot: [2] })
      const { db } = stores
      const closesAt = new Date(Date.now() - 60_000)
      await db.updateTable('live_poll_polls').set({ closes_at: closesAt }).where('id', '=', pollId).execute()
      await stores.polls.close(pollId, 'due')
      await stores.polls.close(pollId, 'due')
      const [, closed, final, ...more] = await happeningsOf(pollId)
      expect(closed?.type).toBe('poll.closed')
      expect(final).toMatchObject({ type: 'results.final', results: { votes: [0, 1, 0], state: 'closed' } })
      expect(more).toEqual([])
    })

    it('finds each lane once, however much is in it, from any of them on', async () => {
      const polls = [await insertOpen(), await insertOpen({ boxes: 3 })]
      for (let time = 0; time < 3; time++) await cast(polls[0] ?? '', { voterKey: `v${time}` })
      for (const box of [2, 0]) await cast(polls[1] ?? '', { box, voterKey: `w${box}` })
      const expected = [lane(polls[0] ?? ''), lane(polls[1] ?? '', 0), lane(polls[1] ?? '', 2)]
      const known = (found: readonly { readonly pollId: string; readonly box: number }[]) =>
        found.filter(({ pollId }) => polls.includes(pollId)).map(({ pollId, box }) => ({ pollId, box }))
      const all = await outbox.pending(sink, 'box', undefined, 1000)
      expect(known(all)).toHaveLength(3)
      expect(known(all)).toEqual(expect.arrayContaining(expected))
      for (const { age } of all) expect(age).toBeLessThan(600_000)
      const oneByOne: (typeof all)[number][] = []
      for (;;) {
        const [next] = await outbox.pending(sink, 'box', oneByOne.at(-1), 1)
        if (!next) break
        oneByOne.push(next)
      }
      expect(oneByOne.map(({ pollId, box }) => [pollId, box])).toEqual(all.map(({ pollId, box }) => [pollId, box]))
    })

    it('gives a lane to one of many that want it', async () => {
      const [pollId, another] = [await insertOpen(), await insertOpen()]
      const lanes = [lane(pollId), lane(another)]
      const claimed = await Promise.all(
        Array.from({ length: 8 }, (_, node) =>
          outbox.claim(sink, node % 2 ? lanes : [...lanes].reverse(), `node-${node}`, 60_000),
        ),
      )
      expect(claimed.flat()).toHaveLength(2)
      expect(await outbox.claim(others, lanes, 'node-9', 60_000), 'of another sink').toHaveLength(2)
    })

    it('gives it to the next when it is released, or its time is over, and to nobody before', async () => {
      const pollId = await insertOpen()
      expect(await claim(pollId, 'a')).toEqual([{ pollId, box: 0, failures: 0 }])
      expect(await claim(pollId, 'b')).toEqual([])
      await outbox.release(sink, lane(pollId), 'b')
      expect(await claim(pollId, 'b'), 'released by who does not have it').toEqual([])
      await outbox.release(sink, lane(pollId), 'a')
      expect(await claim(pollId, 'b', 0)).toHaveLength(1)
      expect(await claim(pollId, 'c', 0), 'whose time is over').toHaveLength(1)
      await outbox.renew(sink, 'c', 60_000)
      expect(await claim(pollId, 'd'), 'renewed').toEqual([])
    })

    it('gives a postponed one to nobody before its pause is over, and counts how often', async () => {
      const pollId = await insertOpen()
      await claim(pollId, 'a')
      await outbox.postpone(sink, lane(pollId), 'a', 60_000)
      expect(await claim(pollId, 'a')).toEqual([])
      await stores.db
        .updateTable('live_poll_outbox_lanes')
        .set({ retry_at: null })
        .where('poll_id', '=', pollId)
        .execute()
      expect(await claim(pollId, 'b')).toEqual([{ pollId, box: 0, failures: 1 }])
      await outbox.postpone(sink, lane(pollId), 'b', 0)
      expect(await claim(pollId, 'c')).toEqual([{ pollId, box: 0, failures: 2 }])
      await outbox.release(sink, lane(pollId), 'c')
      expect(await claim(pollId, 'd')).toEqual([{ pollId, box: 0, failures: 0 }])
    })

    it('is read as polls, too: boxes together, in the order of what was written', async () => {
      const pollId = await insertOpen({ boxes: 3 })
      for (const box of [2, 0, 1]) {
        await cast(pollId, { box, voterKey: `v${box}` })
        await setMoment(pollId, box, 1000 + 10 * box)
      }
      const whole = { pollId, box: wholePoll }
      const lanes = (await outbox.pending(sink, 'poll', undefined, 1000)).filter((one) => one.pollId === pollId)
      expect(lanes).toMatchObject([whole])
      expect(await outbox.claim(sink, [whole], 'a', 60_000)).toHaveLength(1)
      const rows = await outbox.read(sink, whole, 10)
      expect(rows.map(({ box }) => box)).toEqual([0, 1, 2])
      await outbox.remove(sink, rows.slice(0, 2))
      expect((await outbox.read(sink, whole, 10)).map(({ box }) => box)).toEqual([2])
      await outbox.remove(sink, rows)
      expect((await outbox.pending(sink, 'poll', undefined, 1000)).map((one) => one.pollId)).not.toContain(pollId)
    })

    // The embedded database has one connection: nobody writes while another reads.
    it.skipIf(name === 'embedded')(
      'is read as a poll of one moment: no vote without those it has waited for',
      async () => {
        const pollId = await insertOpen({ boxes: 2 })
        const voters: string[] = []
        async function castInBoth() {
          for (const box of [0, 1]) {
            const voterKey = `v${voters.length}`
            voters.push(voterKey)
            await cast(pollId, { box, voterKey })
            await nextMoment()
          }
        }
        await castInBoth()
        let isSlow = true
        const whileTheyVote: KyselyPlugin = {
          transformQuery: ({ node }) => node,
          async transformResult({ result }) {
            if (isSlow) await castInBoth()
            return result
          },
        }
        const dialect = name === 'mariadb' ? mysqlSql : postgresSql
        const reader = createSqlOutbox(stores.db.withPlugin(whileTheyVote), dialect, new Set())
        const whole = { pollId, box: wholePoll }
        const first = await reader.read(sink, whole, 100)
        isSlow = false
        const all = await reader.read(sink, whole, 100)
        expect(all.flatMap(parse).map((one) => 'voterKey' in one && one.voterKey)).toEqual(voters)
        expect(all.slice(0, first.length)).toEqual(first)
        expect(voters.length).toBeGreaterThan(first.length)
      },
    )
    /** What is written from then on has a later time, which is rounded to milliseconds. */
    async function nextMoment() {
      const before = Date.now()
      while (Date.now() < before + 2) await new Promise((resolve) => setImmediate(resolve))
    }

    /** As if the rows of a box had been written at this moment. */
    async function setMoment(pollId: string, box: number, millis: number) {
      const rows = stores.db.updateTable('live_poll_outbox').where('poll_id', '=', pollId).where('box', '=', box)
      await rows.set({ at: new Date(millis) }).execute()
    }

    it('puts dead rows aside, lists them, and has them delivered again at their place, once', async () => {
      const pollId = await insertOpen()
      for (const voterKey of ['a', 'b', 'c']) await cast(pollId, { voterKey })
      const rows = await read(pollId)
      await outbox.bury(sink, rows.slice(0, 2), 'The receiver answered 500.')
      expect(await read(pollId)).toEqual(rows.slice(2))
      const ofPoll = async () => (await outbox.dead(undefined, 1000)).filter((row) => row.pollId === pollId)
      const dead = await ofPoll()
      expect(dead).toEqual(
        rows
          .slice(0, 2)
          .map((row) => ({ ...row, sink, diedAt: expect.any(Date), reason: 'The receiver answered 500.' })),
      )
      const all = await outbox.dead(undefined, 1000)
      const oneByOne: (typeof all)[number][] = []
      for (;;) {
        const [next] = await outbox.dead(oneByOne.at(-1), 1)
        if (!next) break
        oneByOne.push(next)
      }
      expect(oneByOne).toEqual(all)

      // While the row behind it is being delivered.
      expect(await outbox.revive(dead.slice(1))).toEqual([true])
      await outbox.remove(sink, rows.slice(2))
      expect(await outbox.revive(dead)).toEqual([true, false])
      expect(await read(pollId)).toEqual(rows.slice(0, 2))
      expect(await ofPoll()).toEqual([])
    })

    it('keeps all of it when a thousand votes come at once, and when boxes are added', async () => {
      const pollId = await insertOpen()
      const voters = Array.from({ length: 1000 }, () => `v-${randomBytes(16).toString('base64url')}`)
      await cast(pollId, ...voters.map((voterKey) => ({ voterKey, ballot: [1, 2, 3] })))
      expect(await happeningsOf(pollId)).toHaveLength(1000)
      await setBoxes(stores, pollId, 2)
      await cast(pollId, { box: 1, voterKey: voters[0] ?? '', ballot: [1], plan: 2 })
      expect(await happeningsOf(pollId, 1)).toMatchObject([{ before: [1, 2, 3] }])
    })

    // The last one: nothing takes sinks away again.
    it('tells every sink of the same moment', async () => {
      const many = Array.from({ length: 300 }, (_, index) => `sink-${index}`)
      outbox.keepFor(many)
      const pollId = await insertPoll(stores)
      await cast(pollId, { voterKey: 'ada' })
      const rows = await stores.db
        .selectFrom('live_poll_outbox')
        .select(['seq', 'at'])
        .where('poll_id', '=', pollId)
        .execute()
      expect(rows.length).toBeGreaterThanOrEqual(2 * many.length)
      for (const seq of new Set(rows.map((row) => Number(row.seq)))) {
        const moments = rows.filter((row) => Number(row.seq) === seq).map(({ at }) => Number(at))
        expect(new Set(moments).size, `moments of event ${seq}`).toBe(1)
      }
    })
  })
}
