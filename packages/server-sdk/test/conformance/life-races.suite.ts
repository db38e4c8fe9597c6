import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CastVote } from '../../src/actions/cast-vote.ts'
import { insertPoll, type MakeStores, readPoll, recount, type StoresUnderTest, tally } from './stores.ts'
import { answerOf, countAnswers, startVotingNode, voteRequest } from './voting-nodes.ts'

const added = (label: string) => ({ id: undefined, label })
const all = <T>(count: number, make: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)))

/** The contract of the stores while organizers and voters, on two nodes, are at one poll at once. */
export function describeLifeRaces(name: string, make: MakeStores): void {
  describe(`The life of a poll on ${name}, while votes pour in`, () => {
    let stores: StoresUnderTest
    beforeAll(async () => {
      stores = await make()
    })
    afterAll(() => stores.close())

    const edit: StoresUnderTest['polls']['edit'] = (pollId, changes) => stores.polls.edit(pollId, changes)
    const startNodes = (batch?: number) => [startVotingNode(stores, batch), startVotingNode(stores, batch)] as const

    async function expectCounted(pollId: string, voters: number) {
      const counted = await tally(stores, pollId)
      expect(counted).toEqual(await recount(stores, pollId))
      expect(counted.voters ?? 0).toBe(voters)
    }

    it('64 voters vote, change and retract while boxes go 1, 4, 16 and choices are added', async () => {
      const pollId = await insertPoll(stores)
      const nodes = startNodes()
      let choices = 3
      let isEditing = true
      let moves = 0

      /** As our client does it: one vote at a time, each with the revision it replaces. @returns what is in the box */
      async function vote(id: string, index: number) {
        let held: { choices: readonly number[] | null; revision: number } = { choices: null, revision: 0 }
        for (let turn = index; isEditing || turn < index + 4; turn++) {
          const isRetraction = held.choices !== null && turn % 5 === 0
          const voted = isRetraction ? null : [...new Set([1 + (turn % choices), choices])].sort((a, b) => a - b)
          const fields = { voter: { kind: 'user', id }, choices: voted, revision: held.revision, epoch: 1 } as const
          const { revision } = await nodes[turn % 2 ? 1 : 0](voteRequest(pollId, fields))
          expect(revision).toBe(held.revision + 1)
          held = { choices: voted, revision }
          moves++
        }
        return held
      }

      const voting = all(64, (index) => vote(`voter-${index}`, index))
      try {
        for (const boxes of [4, 16]) {
          const asked = moves + 100
          await expect.poll(() => moves, { timeout: 15_000, interval: 5 }).toBeGreaterThan(asked)
          expect(await edit(pollId, { boxes })).toEqual({ kind: 'changed' })
          const { facts } = await readPoll(stores, pollId)
          const more = [added(`Choice of ${boxes} boxes`), ...[...facts.choices].reverse()]
          expect(await edit(pollId, { choices: more })).toEqual({ kind: 'changed' })
          choices++ // voted for at once, on a node that has not heard of it
        }
      } finally {
        isEditing = false
      }
      const held = await voting
      await expectCounted(pollId, held.filter((vote) => vote.choices !== null).length)
      const rows = await stores.db
        .selectFrom('live_poll_votes')
        .select(['choices', 'revision'])
        .where('poll_id', '=', pollId)
        .execute()
      const written = rows.map((row) => `${row.revision} ${row.choices}`)
      const acknowledged = held.map((vote) => `${vote.revision} ${vote.choices ? JSON.stringify(vote.choices) : null}`)
      expect(written.sort()).toEqual(acknowledged.sort())
      const { facts } = await readPoll(stores, pollId)
      expect(facts).toMatchObject({ boxes: 16, lastChoiceId: 5, plan: 5, edition: 3 })
    }, 60_000)

    it('a reset while votes are queued: each is counted in the epoch it was answered for', async () => {
      const pollId = await insertPoll(stores)
      const nodes = startNodes(10)
      let counted = 0
      /** Votes until it hears of the next epoch. @returns how often it was counted there */
      const castUntilReset = async (node: CastVote, epoch: 1 | undefined) => {
        for (;;) {
          const answer = await answerOf(node(voteRequest(pollId, { epoch })))
          if (typeof answer === 'string') {
            expect([epoch, answer]).toEqual([1, 'EPOCH_CHANGED'])
            return 0
          }
          if (answer.epoch === 2) {
            expect(epoch).toBeUndefined()
            return 1
          }
          counted++
        }
      }
      const casting = all(80, (index) => castUntilReset(nodes[index % 2 ? 1 : 0], index % 4 < 2 ? 1 : undefined))
      await expect.poll(() => counted, { interval: 1, timeout: 15_000 }).toBeGreaterThan(100)
      expect(await stores.polls.reset(pollId, 1)).toBe('changed')
      const countedAfter = (await casting).filter((times) => times > 0).length
      expect(countedAfter).toBe(40)
      await expectCounted(pollId, countedAfter)
      expect((await readPoll(stores, pollId)).facts.epoch).toBe(2)
    })

    it('a choice taken away among first votes: it is gone, or has votes, never both', async () => {
      const nodes = startNodes(5)
      for (let lag = 0; lag < 12; lag++) {
        const pollId = await insertPoll(stores)
        await answerOf(nodes[0](voteRequest(pollId, { choices: [9] }))) // so that this node knows the poll
        const casting = all(10, (index) => answerOf(nodes[index % 2 ? 1 : 0](voteRequest(pollId, { choices: [3] }))))
        for (let turn = 0; turn < lag; turn++) await nextTurn()
        const outcome = await edit(pollId, {
          choices: [added('Soup'), added('Salad')],
          ballot: { kind: 'choose', min: 1, max: 2 },
        })
        const answers = countAnswers(await casting)
        const isGone = outcome.kind === 'changed'
        if (!isGone) expect(outcome).toMatchObject({ kind: 'refused', code: 'POLL_HAS_VOTES' })
        expect(answers).toEqual(isGone ? { INVALID: 10 } : { accepted: 10 })
        expect((await readPoll(stores, pollId)).facts.choices).toHaveLength(isGone ? 2 : 3)
        await expectCounted(pollId, isGone ? 0 : 10)
      }
    })

    it('changes turned off: none is taken after the edit was answered', async () => {
      const pollId = await insertPoll(stores, { boxes: 4 })
      const nodes = startNodes(50)
      const voters = Array.from({ length: 100 }, (_, index) => ({ kind: 'user', id: `voter-${index}` }) as const)
      const cast = (id: number) => (voter: (typeof voters)[number], index: number) =>
        answerOf(nodes[index % 2 ? 1 : 0](voteRequest(pollId, { voter, choices: [id] })))
      await Promise.all(voters.map(cast(1)))
      const early = Promise.all(voters.map(cast(2)))
      expect(await edit(pollId, { canChange: false })).toEqual({ kind: 'changed' })
      const late = await Promise.all(voters.map(cast(3)))
      expect(countAnswers(late)).toEqual({ ALREADY_VOTED: 100 })
      const { accepted: changed = 0, ALREADY_VOTED = 0 } = countAnswers(await early)
      expect(changed + ALREADY_VOTED).toBe(100)
      const { 1: kept = 0, 2: moved = 0, 3: lost = 0 } = await tally(stores, pollId)
      expect({ kept, moved, lost }).toEqual({ kept: ALREADY_VOTED, moved: changed, lost: 0 })
      await expectCounted(pollId, 100)
    })

    it('a close while boxes are added: acked equals counted, and nothing comes after it', async () => {
      for (let time = 0; time < 5; time++) {
        const pollId = await insertPoll(stores)
        const nodes = startNodes(25)
        const casts = all(300, (index) => answerOf(nodes[index % 2 ? 1 : 0](voteRequest(pollId))))
        const [, , closed] = await Promise.all([
          edit(pollId, { boxes: 4 }),
          edit(pollId, { boxes: 16 }),
          stores.polls.close(pollId, 'now').then(async (outcome) => {
            expect(outcome).toBe('changed')
            return recount(stores, pollId)
          }),
        ])
        const answers = countAnswers(await casts)
        const { accepted = 0, POLL_CLOSED = 0 } = answers
        expect(accepted + POLL_CLOSED).toBe(300)
        expect(closed.voters ?? 0).toBe(accepted)
        await expectCounted(pollId, accepted)
        expect(await edit(pollId, { boxes: 64 })).toMatchObject({ kind: 'refused', code: 'POLL_CLOSED' })
      }
    })

    it('a closing time among votes: an edit after it finds the poll closed as of then', async () => {
      const pollId = await insertPoll(stores)
      const nodes = startNodes()
      const { now } = await readPoll(stores, pollId)
      const closesAt = new Date(now.getTime() + 1000)
      expect(await edit(pollId, { closesAt })).toEqual({ kind: 'changed' })
      const answers = await all(8, async (index) => {
        let accepted = 0
        for (;;) {
          const answer = await answerOf(nodes[index % 2 ? 1 : 0](voteRequest(pollId)))
          if (typeof answer === 'string') return { answer, accepted }
          accepted++
        }
      })
      for (const { answer } of answers) expect(answer).toBe('POLL_CLOSED')
      expect((await readPoll(stores, pollId)).facts.closedAt, 'nobody has written it down').toBeNull()
      expect(await edit(pollId, { closesAt: null })).toMatchObject({ kind: 'refused', code: 'POLL_CLOSED' })
      const { facts } = await readPoll(stores, pollId)
      expect(facts).toMatchObject({ closedAt: closesAt, closesAt })
      await expectCounted(
        pollId,
        answers.reduce((sum, { accepted }) => sum + accepted, 0),
      )
    })

    it('a deletion among votes: their voters are told so, and nothing is left', async () => {
      const pollId = await insertPoll(stores, { boxes: 4 })
      const nodes = startNodes(10)
      let accepted = 0
      const casting = all(80, async (index) => {
        for (;;) {
          const answer = await answerOf(nodes[index % 2 ? 1 : 0](voteRequest(pollId)))
          if (typeof answer === 'string') return answer
          accepted++
        }
      })
      await expect.poll(() => accepted, { interval: 1, timeout: 15_000 }).toBeGreaterThan(100)
      expect(await stores.polls.delete(pollId)).toBe(true)
      expect(countAnswers(await casting)).toEqual({ POLL_NOT_FOUND: 80 })
      for (const table of ['votes', 'tallies', 'boxes', 'choices'] as const) {
        const left = stores.db.selectFrom(`live_poll_${table}`).select('poll_id').where('poll_id', '=', pollId)
        expect(await left.execute(), table).toEqual([])
      }
    })
  })
}
