import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { insertPoll, invite, type MakeStores, type StoresUnderTest, vote } from './stores.ts'

/** The contract of `InvitationStore`. */
export function describeInvitationStore(name: string, make: MakeStores): void {
  describe(`InvitationStore on ${name}`, () => {
    let stores: StoresUnderTest
    beforeAll(async () => {
      stores = await make()
    })
    afterAll(() => stores.close())

    const newIds = (count: number) => Array.from({ length: count }, () => randomBytes(16).toString('base64url'))

    describe('add', () => {
      it('makes invitations of one poll, neither used nor revoked', async () => {
        const [pollId, other] = [await insertPoll(stores), await insertPoll(stores)]
        const ids = newIds(3)
        expect(await stores.invitations.add(pollId, ids)).toBe(true)
        for (const id of ids) {
          expect(await stores.invitations.isValid(pollId, id)).toBe(true)
          expect(await stores.invitations.isKnown(id)).toBe(true)
          expect(await stores.invitations.isValid(other, id), 'of another poll').toBe(false)
        }
        expect(await stores.invitations.count(pollId)).toEqual({ created: 3, used: 0, revoked: 0 })
        expect(await stores.invitations.count(other)).toEqual({ created: 0, used: 0, revoked: 0 })
      })

      it('adds what is missing and nothing twice, however often it is repeated', async () => {
        const pollId = await insertPoll(stores)
        const ids = newIds(5)
        await stores.invitations.add(pollId, ids.slice(0, 3))
        await stores.invitations.add(pollId, ids)
        await Promise.all(Array.from({ length: 10 }, () => stores.invitations.add(pollId, ids)))
        expect(await stores.invitations.count(pollId)).toEqual({ created: 5, used: 0, revoked: 0 })
      })

      it('takes more than fit into one statement, and none', async () => {
        const pollId = await insertPoll(stores)
        const ids = newIds(1201)
        expect(await stores.invitations.add(pollId, ids)).toBe(true)
        expect(await stores.invitations.add(pollId, [])).toBe(true)
        expect(await stores.invitations.count(pollId)).toMatchObject({ created: 1201 })
        expect(await stores.invitations.isValid(pollId, ids[1200] as string)).toBe(true)
      })

      it('makes none of a poll that is not there', async () => {
        const gone = await insertPoll(stores)
        await stores.polls.delete(gone)
        for (const pollId of [gone, 'p_nowhere']) {
          const [id] = newIds(1) as [string]
          expect(await stores.invitations.add(pollId, [id])).toBe(false)
          expect(await stores.invitations.isKnown(id)).toBe(false)
        }
      })

      it('leaves none of a poll that is deleted at the same time', async () => {
        for (let round = 0; round < 10; round++) {
          const pollId = await insertPoll(stores)
          const ids = newIds(20)
          await Promise.all([stores.invitations.add(pollId, ids), stores.polls.delete(pollId)])
          expect(await stores.invitations.count(pollId)).toEqual({ created: 0, used: 0, revoked: 0 })
        }
      })

      it('does not bring back one that is revoked', async () => {
        const pollId = await insertPoll(stores)
        const [id] = (await invite(stores, pollId)) as [string]
        await stores.invitations.revoke(pollId, id)
        await stores.invitations.add(pollId, [id])
        expect(await stores.invitations.isValid(pollId, id)).toBe(false)
        expect(await stores.invitations.count(pollId)).toEqual({ created: 1, used: 0, revoked: 1 })
      })
    })

    describe('revoke', () => {
      it('makes one worthless and leaves the others, and may be repeated', async () => {
        const pollId = await insertPoll(stores)
        const [id, other] = (await invite(stores, pollId, 2)) as [string, string]
        for (let time = 0; time < 2; time++) {
          expect(await stores.invitations.revoke(pollId, id)).toBe(true)
          expect(await stores.invitations.isValid(pollId, id)).toBe(false)
          expect(await stores.invitations.isKnown(id)).toBe(false)
          expect(await stores.invitations.isValid(pollId, other)).toBe(true)
          expect(await stores.invitations.count(pollId)).toEqual({ created: 2, used: 0, revoked: 1 })
        }
      })

      it('knows when it was revoked first', async () => {
        const pollId = await insertPoll(stores)
        const [id] = (await invite(stores, pollId)) as [string]
        const revokedAt = async () => {
          const query = stores.db.selectFrom('live_poll_invitations').select('revoked_at').where('id', '=', id)
          return JSON.stringify(await query.executeTakeFirstOrThrow())
        }
        await stores.invitations.revoke(pollId, id)
        const first = await revokedAt()
        await stores.invitations.revoke(pollId, id)
        expect(await revokedAt()).toBe(first)
      })

      it('does nothing to one of another poll, or to what is none', async () => {
        const [pollId, other] = [await insertPoll(stores), await insertPoll(stores)]
        const [id] = (await invite(stores, pollId)) as [string]
        expect(await stores.invitations.revoke(other, id)).toBe(false)
        expect(await stores.invitations.revoke(pollId, 'nowhere')).toBe(false)
        expect(await stores.invitations.isValid(pollId, id)).toBe(true)
      })
    })

    it('one that was used stays valid, for its vote may change, and counts as used', async () => {
      const pollId = await insertPoll(stores)
      const [id] = (await invite(stores, pollId, 2)) as [string]
      await stores.ballots.commit([vote(pollId, { invitation: id })])
      expect(await stores.invitations.isValid(pollId, id)).toBe(true)
      expect(await stores.invitations.isKnown(id)).toBe(true)
      expect(await stores.invitations.count(pollId)).toEqual({ created: 2, used: 1, revoked: 0 })
      await stores.invitations.revoke(pollId, id)
      expect(await stores.invitations.count(pollId)).toEqual({ created: 2, used: 1, revoked: 1 })
    })

    it('an id is one only as it was written', async () => {
      const pollId = await insertPoll(stores)
      await stores.invitations.add(pollId, ['aBc-1'])
      for (const id of [
        'abc-1',
        'ABC-1',
        'aBc-1 ',
        ' aBc-1',
        'aBc_1',
        'aBc%',
        "' or 1=1 --",
        '',
        'aBc-1\\',
        '*',
        'é',
      ]) {
        expect(await stores.invitations.isValid(pollId, id), id).toBe(false)
        expect(await stores.invitations.isKnown(id), id).toBe(false)
        expect(await stores.invitations.revoke(pollId, id), id).toBe(false)
      }
      expect(await stores.invitations.count(pollId)).toEqual({ created: 1, used: 0, revoked: 0 })
    })
  })
}
