import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type MakeStores, newPoll, type StoresUnderTest } from './stores.ts'

const hour = 3_600_000

/** The contract of `PollStore.forgetRequests`. */
export function describeRequestKeys(name: string, make: MakeStores): void {
  describe(`Idempotency keys that are over, on ${name}`, () => {
    let stores: StoresUnderTest
    beforeAll(async () => {
      stores = await make()
    })
    afterAll(() => stores.close())
    beforeEach(async () => {
      await stores.db.deleteFrom('live_poll_requests').execute()
    })

    const newKey = (life: number) => ({ key: `key-${randomUUID()}`, bodyHash: 'body', life })
    /** @returns their keys */
    async function claim(count: number, life: number) {
      const keys = Array.from({ length: count }, () => newKey(life))
      for (const key of keys) await stores.polls.insert(newPoll(), key)
      return keys.map(({ key }) => key).sort()
    }
    const held = async () => {
      const rows = await stores.db.selectFrom('live_poll_requests').select('idempotency_key').execute()
      return rows.map(({ idempotency_key }) => idempotency_key).sort()
    }

    it('go, so many at a time, by the clock of the database; the others stay', async () => {
      const [, standing] = [await claim(5, -1), await claim(2, hour)]
      expect(await stores.polls.forgetRequests(3)).toBe(3)
      expect(await held()).toHaveLength(4)
      expect(await stores.polls.forgetRequests(3)).toBe(2)
      expect(await held()).toEqual(standing)
      expect(await stores.polls.forgetRequests(3)).toBe(0)
    })

    it('go once, however many nodes sweep at once, while they are claimed anew', async () => {
      const keys = await claim(40, -1)
      const [again] = keys as [string]
      const claiming = stores.polls.insert(newPoll(), { key: again, bodyHash: 'another', life: hour })
      const removed = await Promise.all(Array.from({ length: 8 }, () => stores.polls.forgetRequests(1000)))
      expect(await claiming).toEqual({ kind: 'inserted' })
      expect(await held()).toEqual([again])
      // The one that was claimed anew went by a sweep or by its claim.
      expect([39, 40]).toContain(removed.reduce((sum, count) => sum + count, 0))
    })

    it('are left by whoever makes a poll: only a key’s own is in its way', async () => {
      const over = await claim(3, -1)
      const mine = await claim(1, hour)
      expect(await held()).toEqual([...over, ...mine].sort())
    })
  })
}
