import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { insertPoll, type MakeStores, type StoresUnderTest, vote } from './stores.ts'

/** The contract of `PollStore.list`, on a database that holds nothing else. */
export function describePollList(name: string, make: MakeStores): void {
  describe(`PollStore.list on ${name}`, () => {
    let stores: StoresUnderTest
    beforeAll(async () => {
      stores = await make()
    })
    afterAll(() => stores.close())

    /** Page after page, to the end. */
    async function pages(limit: number): Promise<readonly (readonly string[])[]> {
      const all: string[][] = []
      let after: string | undefined
      do {
        const page = await stores.polls.list({ after, limit })
        if (!page) throw new Error(`The store does not know its own cursor ${after}.`)
        all.push(page.records.map((record) => record.facts.id))
        after = page.next ?? undefined
      } while (after !== undefined)
      return all
    }

    it('is empty before there are polls', async () => {
      expect(await stores.polls.list({ limit: 10 })).toEqual({ records: [], next: null })
    })

    describe('of polls, some of the same moment', () => {
      const moments = [
        '2026-01-01T00:00:00.000Z',
        ...Array<string>(5).fill('2026-01-02T00:00:00.007Z'),
        '2026-01-02T00:00:00.008Z',
        ...Array<string>(2).fill('2026-01-03T00:00:00.000Z'),
      ]
      let newestFirst: readonly string[]
      beforeAll(async () => {
        const polls: { id: string; at: string }[] = []
        for (const at of moments) {
          const id = await insertPoll(stores)
          await stores.db
            .updateTable('live_poll_polls')
            .set({ created_at: new Date(at) })
            .where('id', '=', id)
            .execute()
          polls.push({ id, at })
        }
        const order = (a: { at: string; id: string }) => `${a.at} ${a.id}`
        newestFirst = polls.sort((a, b) => (order(a) < order(b) ? 1 : -1)).map((poll) => poll.id)
      })

      it.each([1, 2, 3, 8, 9, 10, 100])('shows each once, newest first, %i a page', async (limit) => {
        const all = await pages(limit)
        expect(all.flat()).toEqual(newestFirst)
        expect(all.map((page) => page.length)).toEqual(
          Array.from({ length: Math.ceil(9 / limit) }, (_, page) => Math.min(limit, 9 - page * limit)),
        )
      })

      it('goes on where it was when polls come meanwhile', async () => {
        const first = await stores.polls.list({ limit: 4 })
        const late = await insertPoll(stores)
        const rest = await stores.polls.list({ after: first?.next ?? '', limit: 100 })
        const shown = [first, rest].flatMap((page) => page?.records.map((record) => record.facts.id) ?? [])
        expect(shown).toEqual(newestFirst)
        expect((await pages(1))[0]).toEqual([late])
      })

      it('shows polls whole, with their counts', async () => {
        const id = await insertPoll(stores, { choices: [{ label: 'A' }, { label: 'B' }] })
        await stores.ballots.commit([vote(id, { ballot: [2] }), vote(id, { ballot: [2] })])
        const page = await stores.polls.list({ limit: 2 })
        const [record, other] = page?.records ?? []
        expect(record).toEqual({ ...(await stores.polls.read(id)), now: expect.any(Date) })
        expect(record?.buckets).toEqual(new Map([['only-2', 2]]))
        expect(other?.buckets).toEqual(new Map())
      })
    })

    it.each([
      ...[
        '',
        '_',
        'x',
        '1',
        '1_',
        '_p',
        '1_p/q',
        '-1_p',
        '1.5_p',
        '1e3_p',
        ' 1_p',
        '1_p ',
        `1_${"p'"}`,
        '9999999999999999_p',
      ],
    ])('does not take %j for a cursor', async (after) => {
      expect(await stores.polls.list({ after, limit: 1 })).toBeUndefined()
    })

    it.each(['0_p', '1_p', '99999999999999_p', '999999999999999_p', '1_nowhere'])(
      'answers a page, or that it is none, for %s, which no page has named',
      async (after) => {
        const page = await stores.polls.list({ after, limit: 1 })
        if (page) expect(page).toEqual({ records: expect.any(Array), next: page.next })
      },
    )
  })
}
