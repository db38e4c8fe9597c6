import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { VoteOutcome } from '../../src/ports/ballot-store.ts'
import {
  insertPoll,
  invite,
  type MakeStores,
  readPoll,
  recount,
  type StoresUnderTest,
  setBoxes,
  tally,
  vote,
} from './stores.ts'

const kindsOf = (outcomes: readonly VoteOutcome[]) =>
  outcomes.map((outcome) => (outcome.kind === 'refused' ? outcome.code : outcome.kind))

/** The contract of `BallotStore` about the invitations that votes use up, in the very transaction of the vote. */
export function describeInvitedVotes(name: string, make: MakeStores): void {
  describe(`Votes by invitation on ${name}`, () => {
    let stores: StoresUnderTest
    beforeAll(async () => {
      stores = await make()
    })
    afterAll(() => stores.close())

    const commit = async (...votes: readonly ReturnType<typeof vote>[]) => kindsOf(await stores.ballots.commit(votes))
    const usedOf = async (pollId: string) => (await stores.invitations.count(pollId)).used

    /** A poll with one invitation. */
    async function createPoll(fields: Parameters<typeof insertPoll>[1] = {}, boxes = 1) {
      const pollId = await insertPoll(stores, fields)
      if (boxes > 1) await setBoxes(stores, pollId, boxes)
      const [invitation] = (await invite(stores, pollId)) as [string]
      return { pollId, invitation, plan: boxes > 1 ? 2 : 1 }
    }

    async function expectVoters(pollId: string, voters: number) {
      expect((await tally(stores, pollId)).voters ?? 0).toBe(voters)
      expect((await recount(stores, pollId)).voters ?? 0).toBe(voters)
    }

    it('use one up, for everyone but who voted', async () => {
      const { pollId, invitation } = await createPoll()
      const first = vote(pollId, { invitation })
      expect(await commit(first)).toEqual(['accepted'])
      expect(await usedOf(pollId)).toBe(1)
      expect(await commit(vote(pollId, { invitation }))).toEqual(['INVITATION_USED'])
      const { voterKey } = first
      expect(await commit(vote(pollId, { voterKey, invitation, ballot: [2] }))).toEqual(['accepted'])
      expect(await commit(vote(pollId, { voterKey, invitation, ballot: null }))).toEqual(['accepted'])
      expect(await commit(vote(pollId, { invitation })), 'taken back, it is still used').toEqual(['INVITATION_USED'])
      expect(await commit(vote(pollId, { voterKey, invitation }))).toEqual(['accepted'])
      await expectVoters(pollId, 1)
      expect(await usedOf(pollId)).toBe(1)
    })

    it('need one of the poll that is not revoked', async () => {
      const { pollId, invitation } = await createPoll()
      const other = await createPoll()
      const revoked = (await invite(stores, pollId))[0] as string
      await stores.invitations.revoke(pollId, revoked)
      const before = await readPoll(stores, pollId)
      for (const shown of ['nowhere', other.invitation, revoked, invitation.toLowerCase(), `${invitation} `]) {
        expect(await commit(vote(pollId, { invitation: shown })), shown).toEqual(['INVITATION_INVALID'])
      }
      expect((await readPoll(stores, pollId)).version).toBe(before.version)
      expect([await usedOf(pollId), await usedOf(other.pollId)]).toEqual([0, 0])
      await expectVoters(pollId, 0)
    })

    it.each<[string, Parameters<typeof insertPoll>[1], Partial<ReturnType<typeof vote>>, string]>([
      ['too late', { closesAt: new Date(Date.now() - 3_600_000) }, {}, 'POLL_CLOSED'],
      ['too early', { opensAt: new Date(Date.now() + 3_600_000) }, {}, 'POLL_NOT_OPEN'],
      ['of a revision never made', {}, { revision: 3 }, 'REVISION_CONFLICT'],
      ['that take back nothing', {}, { ballot: null }, 'NOT_FOUND'],
      ['of another epoch', {}, { epoch: 7 }, 'EPOCH_CHANGED'],
      ['of another plan', {}, { plan: 7 }, 'stale'],
    ])('that are refused leave it unused: %s', async (_, fields, changes, answer) => {
      const { pollId, invitation } = await createPoll(fields)
      expect(await commit(vote(pollId, { invitation, ...changes }))).toEqual([answer])
      expect(await usedOf(pollId)).toBe(0)
    })

    it('leave it to the next in the batch where one is refused, and to none after one is accepted', async () => {
      const { pollId, invitation } = await createPoll()
      const first = vote(pollId, { invitation })
      const kinds = await commit(
        vote(pollId, { invitation, revision: 3 }),
        first,
        vote(pollId, { invitation }),
        first,
        vote(pollId, { voterKey: first.voterKey, invitation, ballot: [3] }),
        vote(pollId, { invitation }),
      )
      expect(kinds).toEqual([
        ...['REVISION_CONFLICT', 'accepted', 'INVITATION_USED', 'duplicate', 'accepted', 'INVITATION_USED'],
      ])
      await expectVoters(pollId, 1)
      expect(await usedOf(pollId)).toBe(1)
    })

    it('of several polls and boxes are judged each by its own', async () => {
      const wide = await createPoll({}, 2)
      const other = await createPoll()
      const kinds = await commit(
        vote(wide.pollId, { ...wide, box: 1 }),
        vote(wide.pollId, { ...wide, box: 0 }),
        vote(other.pollId, { invitation: wide.invitation }),
        vote(other.pollId, other),
        vote(other.pollId),
      )
      expect(kinds).toEqual(['accepted', 'INVITATION_USED', 'INVITATION_INVALID', 'accepted', 'accepted'])
      expect([await usedOf(wide.pollId), await usedOf(other.pollId)]).toEqual([1, 1])
    })

    it('are answered as before when they are repeated, whatever has become of the invitation or the poll', async () => {
      const { pollId, invitation } = await createPoll()
      const first = vote(pollId, { invitation })
      await commit(first)
      expect(await commit(first)).toEqual(['duplicate'])
      await stores.invitations.revoke(pollId, invitation)
      expect(await commit(first)).toEqual(['duplicate'])
      const { voterKey } = first
      expect(await commit(vote(pollId, { voterKey, invitation })), 'a change is no repeat').toEqual([
        'INVITATION_INVALID',
      ])
      await stores.polls.close(pollId, 'now')
      const { plan } = (await readPoll(stores, pollId)).facts
      expect(await commit({ ...first, plan })).toEqual(['duplicate'])
      await expectVoters(pollId, 1)
    })

    it('of a batch sent again after an unknown end use nothing twice', async () => {
      const pollId = await insertPoll(stores)
      const votes = (await invite(stores, pollId, 30)).map((invitation) => vote(pollId, { invitation }))
      await commit(...votes.slice(0, 20))
      const kinds = await commit(...votes)
      expect(kinds).toEqual([...Array(20).fill('duplicate'), ...Array(10).fill('accepted')])
      expect(await usedOf(pollId)).toBe(30)
      await expectVoters(pollId, 30)
    })

    it('may be as many as a batch holds', async () => {
      const pollId = await insertPoll(stores)
      const votes = (await invite(stores, pollId, 1000)).map((invitation) => vote(pollId, { invitation }))
      expect(new Set(await commit(...votes))).toEqual(new Set(['accepted']))
      expect(await usedOf(pollId)).toBe(1000)
    })

    describe('all at once', () => {
      it.each([
        ['two voters of two boxes', 2, 2, 20],
        ['50 voters of 8 boxes', 50, 8, 3],
        ['50 voters of one box', 50, 1, 3],
      ])('give one vote for one invitation: %s', async (_, voters, boxes, rounds) => {
        for (let round = 0; round < rounds; round++) {
          const { pollId, invitation, plan } = await createPoll({}, boxes)
          const votes = Array.from({ length: voters }, (_, index) =>
            vote(pollId, { plan, invitation, box: index % boxes }),
          )
          const kinds = (await Promise.all(votes.map((one) => commit(one)))).flat()
          expect(kinds.filter((kind) => kind === 'accepted')).toHaveLength(1)
          expect(kinds.filter((kind) => kind === 'INVITATION_USED')).toHaveLength(voters - 1)
          expect(await usedOf(pollId)).toBe(1)
          await expectVoters(pollId, 1)
        }
      })

      it('hold each other up in no circle, in whatever order they name theirs', async () => {
        const { pollId, plan } = await createPoll({}, 4)
        const invitations = await invite(stores, pollId, 20)
        const batches = Array.from({ length: 8 }, (_, index) => {
          const order = index % 2 === 0 ? invitations : [...invitations].reverse()
          return order.map((invitation) => vote(pollId, { plan, invitation, box: index % 4 }))
        })
        const kinds = (await Promise.all(batches.map((batch) => commit(...batch)))).flat()
        expect(kinds.filter((kind) => kind === 'accepted')).toHaveLength(20)
        expect(kinds.filter((kind) => kind === 'INVITATION_USED')).toHaveLength(140)
        await expectVoters(pollId, 20)
      })

      it('count or not, but never by halves, where one is revoked among them', async () => {
        for (let round = 0; round < 10; round++) {
          const { pollId, invitation, plan } = await createPoll({}, 4)
          const casts = [0, 1, 2, 3].map((box) => commit(vote(pollId, { plan, invitation, box })))
          const [kinds] = await Promise.all([Promise.all(casts), stores.invitations.revoke(pollId, invitation)])
          const accepted = kinds.flat().filter((kind) => kind === 'accepted').length
          expect(accepted).toBeLessThanOrEqual(1)
          const refusals = new Set(kinds.flat().filter((kind) => kind !== 'accepted'))
          expect([...refusals].filter((kind) => !['INVITATION_INVALID', 'INVITATION_USED'].includes(kind))).toEqual([])
          expect(await usedOf(pollId)).toBe(accepted)
          await expectVoters(pollId, accepted)
        }
      })
    })

    it('of an epoch that is over free theirs for the next; one that was revoked stays so', async () => {
      const { pollId, invitation } = await createPoll()
      const revoked = (await invite(stores, pollId))[0] as string
      await commit(vote(pollId, { invitation }), vote(pollId, { invitation: revoked }))
      await stores.invitations.revoke(pollId, revoked)
      await stores.polls.reset(pollId, 1)
      expect(await stores.invitations.count(pollId)).toEqual({ created: 2, used: 0, revoked: 1 })
      const { plan } = (await readPoll(stores, pollId)).facts
      expect(await commit(vote(pollId, { plan, invitation }))).toEqual(['accepted'])
      expect(await commit(vote(pollId, { plan, invitation: revoked }))).toEqual(['INVITATION_INVALID'])
      await expectVoters(pollId, 1)
    })

    it('go with their poll, and so does all that is known of its invitations; those of others stay', async () => {
      const [gone, stays] = [await createPoll(), await createPoll()]
      for (const { pollId, invitation } of [gone, stays]) await commit(vote(pollId, { invitation }))
      await stores.polls.delete(gone.pollId)
      expect(await stores.invitations.isKnown(gone.invitation)).toBe(false)
      for (const table of ['live_poll_invitations', 'live_poll_invitation_uses'] as const) {
        const ids = [gone.invitation, stays.invitation]
        const rows = await stores.db.selectFrom(table).select('id').where('id', 'in', ids).execute()
        expect(rows, table).toEqual([{ id: stays.invitation }])
      }
    })
  })
}
