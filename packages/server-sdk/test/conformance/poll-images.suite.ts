import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CheckedEdit } from '../../src/domain/poll-edit.ts'
import type { NewImage } from '../../src/ports/image-records.ts'
import type { PollToInsert } from '../../src/ports/poll-store.ts'
import {
  insertPoll,
  type MakeStores,
  newImage,
  newPoll,
  readPoll,
  type StoresUnderTest,
  storeImage,
  tally,
  vote,
} from './stores.ts'

const rounds = 40

/** The contract of `PollStore` and `ImageRecords` where polls show pictures. */
export function describePollImages(name: string, make: MakeStores): void {
  describe(`Pictures of polls on ${name}`, { timeout: 60_000 }, () => {
    let stores: StoresUnderTest
    beforeAll(async () => {
      stores = await make()
    })
    afterAll(() => stores.close())

    const use = ({ id }: NewImage, alt = '') => ({ id, alt })
    const shown = ({ id, width, height, placeholder }: NewImage, alt = '') => ({ id, width, height, placeholder, alt })
    const choicesWith = (image: NewImage) => [
      { label: 'Soup', image: use(image) },
      { label: 'Salad' },
      { label: 'Pie' },
    ]
    const edit = (pollId: string, changes: CheckedEdit) => stores.polls.edit(pollId, changes)
    const refusedAt = (...paths: string[]) => ({
      ...{ kind: 'refused', code: 'INVALID' },
      issues: paths.map((path) => ({ path, message: 'There is no such picture of yours.' })),
    })
    const usedAt = async ({ id }: NewImage) => {
      const row = await stores.db
        .selectFrom('live_poll_images')
        .select('last_used_at')
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
      return JSON.stringify(row.last_used_at)
    }
    /** So that a use after it can be told from what was before. */
    async function makeOld(...images: readonly NewImage[]) {
      for (const { id } of images) {
        const at = new Date('2020-01-01T00:00:00Z')
        await stores.db.updateTable('live_poll_images').set({ last_used_at: at }).where('id', '=', id).execute()
      }
    }

    describe('a new poll', () => {
      it('shows them, of its question and of its choices, as they were stored', async () => {
        const [table, bowl] = [
          await storeImage(stores, { width: 4000, height: 3000 }),
          await storeImage(stores, { placeholder: `data:image/webp;base64,${'A'.repeat(900)}==` }),
        ]
        const alt = 'Une table ? 昼食 \\ \' " $1'
        const poll = newPoll({
          image: use(table, alt),
          choices: [{ label: 'Soup' }, { label: '', image: use(bowl, 'A bowl') }, { label: 'Pie', image: use(table) }],
        })
        expect(await stores.polls.insert(poll)).toEqual({ kind: 'inserted' })
        const votes = [vote(poll.id), vote(poll.id, { ballot: [2, 3] })]
        await stores.ballots.commit(votes)
        const { facts } = await readPoll(stores, poll.id)
        expect(facts.image).toEqual(shown(table, alt))
        expect(facts.choices).toEqual([
          { id: 1, label: 'Soup' },
          { id: 2, label: '', image: shown(bowl, 'A bowl') },
          { id: 3, label: 'Pie', image: shown(table) },
        ])
        expect(await tally(stores, poll.id)).toEqual({ voters: 2, 1: 1, 2: 1, 3: 1 })
        expect(await stores.images.read(bowl.id)).toMatchObject({ isPublic: true })
      })

      it('has the fields of one without, where it shows none', async () => {
        const { facts } = await readPoll(stores, await insertPoll(stores))
        expect(Object.keys(facts)).not.toContain('image')
        for (const choice of facts.choices) expect(Object.keys(choice)).toEqual(['id', 'label'])
      })

      it('is not made with one that is not ready, not there, being removed or another’s; its key is free then', async () => {
        const [mine, anothers, claimed] = [
          await storeImage(stores, { owner: 'ada' }),
          await storeImage(stores, { owner: 'bob' }),
          await storeImage(stores, { owner: 'ada' }),
        ]
        const begun = newImage({ owner: 'ada' })
        await stores.images.begin(begun)
        await stores.images.claim(claimed.id)
        await makeOld(mine)
        const before = await usedAt(mine)
        for (const missing of [begun, anothers, claimed, newImage(), await storeImage(stores)]) {
          const poll = newPoll({
            owner: 'ada',
            image: use(missing),
            choices: [...choicesWith(mine), ...choicesWith(missing)],
          })
          const key = { key: poll.id, bodyHash: 'b', life: 60_000 }
          expect(await stores.polls.insert(poll, key)).toEqual(refusedAt('image', 'choices.3.image'))
          expect(await stores.polls.read(poll.id)).toBeUndefined()
          const again = newPoll({ owner: 'ada', image: use(mine) })
          if (missing === begun) expect(await usedAt(mine)).toBe(before)
          expect(await stores.polls.insert(again, key)).toEqual({ kind: 'inserted' })
        }
      })

      it('that is nobody’s may show anybody’s', async () => {
        const image = await storeImage(stores, { owner: 'bob' })
        expect(await stores.polls.insert(newPoll({ image: use(image) }))).toEqual({ kind: 'inserted' })
      })

      it('counts them as used now', async () => {
        const image = await storeImage(stores)
        await makeOld(image)
        const before = await usedAt(image)
        await insertPoll(stores, { choices: choicesWith(image) })
        expect(await usedAt(image)).not.toBe(before)
      })
    })

    describe('an edit', () => {
      it('shows others, keeps those it leaves out, and counts what it begins and ceases to show as used', async () => {
        const [old, kept, added] = [await storeImage(stores), await storeImage(stores), await storeImage(stores)]
        const pollId = await insertPoll(stores, { image: use(old, 'Old'), choices: choicesWith(kept) })
        await makeOld(old, kept, added)
        const before = await usedAt(old)
        const { facts } = await readPoll(stores, pollId)
        const moved = [...facts.choices].reverse().map(({ id, label }) => ({ id, label }))
        expect(await edit(pollId, { image: use(added, 'New'), choices: moved })).toEqual({ kind: 'changed' })
        const after = (await readPoll(stores, pollId)).facts
        expect(after).toMatchObject({ image: shown(added, 'New'), edition: 2 })
        expect(after.choices).toEqual([...facts.choices].reverse())
        expect(await usedAt(old)).not.toBe(before)
        expect(await usedAt(added)).not.toBe(before)
        expect(await usedAt(kept)).toBe(before)
        expect(await stores.images.claim(old.id)).toMatchObject({ id: old.id })
        expect(await stores.images.claim(kept.id)).toBeUndefined()
      })

      it('takes them away, of a closed poll with votes, too', async () => {
        const image = await storeImage(stores)
        const pollId = await insertPoll(stores, { image: use(image), choices: choicesWith(image) })
        await stores.ballots.commit([vote(pollId)])
        await stores.polls.close(pollId, 'now')
        const { facts } = await readPoll(stores, pollId)
        const choices = facts.choices.map(({ id, label }) => ({ id, label, image: null }))
        expect(await edit(pollId, { image: null, choices })).toEqual({ kind: 'changed' })
        expect(await edit(pollId, { image: null, choices })).toEqual({ kind: 'unchanged' })
        const { facts: after } = await readPoll(stores, pollId)
        expect(Object.keys(after)).not.toContain('image')
        expect(after.choices.map((choice) => choice.image)).toEqual([undefined, undefined, undefined])
        expect(await stores.images.ofPoll(pollId)).toEqual([])
      })

      it('is refused, and changes nothing, for one that is not the poll’s owner’s, unless it shows it already', async () => {
        const [mine, anothers] = [
          await storeImage(stores, { owner: 'ada' }),
          await storeImage(stores, { owner: 'bob' }),
        ]
        const pollId = await insertPoll(stores, { owner: 'ada', image: use(mine) })
        const { now: _, ...before } = await readPoll(stores, pollId)
        const [soup, ...rest] = before.facts.choices
        const choices = [...rest, { ...soup, id: 1, label: 'Soup', image: use(anothers) }]
        expect(await edit(pollId, { minVoters: 3, image: null, choices })).toEqual(refusedAt('choices.2.image'))
        const { now: __, ...after } = await readPoll(stores, pollId)
        expect(after).toEqual(before)
        await stores.images.forgetOwner('ada')
        const again = [...rest, { ...soup, id: 1, label: 'Soup', image: use(mine, 'A bowl') }]
        expect(await edit(pollId, { choices: again }), 'also once that is forgotten').toEqual({ kind: 'changed' })
      })
    })

    it('stay through a reset, and count as used until the poll is deleted', async () => {
      const image = await storeImage(stores)
      const pollId = await insertPoll(stores, { choices: choicesWith(image) })
      await stores.polls.reset(pollId, 1)
      expect((await readPoll(stores, pollId)).facts.choices[0]?.image).toEqual(shown(image))
      await makeOld(image)
      const before = await usedAt(image)
      expect(await stores.polls.delete(pollId)).toBe(true)
      expect(await usedAt(image)).not.toBe(before)
      expect(await stores.images.claim(image.id)).toMatchObject({ id: image.id })
    })

    describe('at the moment when somebody removes one', () => {
      /** Exactly one of the two succeeds, whoever comes how much later: no poll shows a picture that is gone. */
      async function race(take: (image: NewImage) => Promise<{ readonly kind: string }>) {
        const ends = { taken: 0, removed: 0 }
        for (let round = 0; round < rounds; round++) {
          const image = await storeImage(stores)
          const lag = Math.floor(round / 2)
          const [outcome, claimed] = await Promise.all([
            after(round % 2 === 0 ? 0 : lag, () => take(image)),
            after(round % 2 === 0 ? lag : 0, () => stores.images.claim(image.id)),
          ])
          const isTaken = outcome.kind !== 'refused'
          expect(isTaken, JSON.stringify({ outcome, claimed })).toBe(claimed === undefined)
          expect((await stores.images.read(image.id)) !== undefined).toBe(isTaken)
          ends[isTaken ? 'taken' : 'removed']++
        }
        expect(Math.min(ends.taken, ends.removed), JSON.stringify(ends)).toBeGreaterThan(0)
      }
      const after = async <T>(readings: number, work: () => Promise<T>) => {
        for (let reading = 0; reading < readings; reading++) await stores.images.read('i_none')
        return work()
      }

      it('a new poll shows it, or is refused', async () => {
        await race((image) => stores.polls.insert(newPoll({ image: use(image), choices: choicesWith(image) })))
      })

      it('an edit shows it, or is refused', async () => {
        const fields: Partial<PollToInsert> = { boxes: 2 }
        const pollIds = await Promise.all(Array.from({ length: rounds }, () => insertPoll(stores, fields)))
        await race((image) => edit(pollIds.pop() ?? '', { image: use(image) }))
      })

      it('two polls that show the same two, in either order, wait for each other', async () => {
        for (let round = 0; round < rounds; round++) {
          const [one, other] = [await storeImage(stores), await storeImage(stores)]
          const outcomes = await Promise.all([
            stores.polls.insert(newPoll({ image: use(one), choices: choicesWith(other) })),
            stores.polls.insert(newPoll({ image: use(other), choices: choicesWith(one) })),
          ])
          expect(outcomes).toEqual([{ kind: 'inserted' }, { kind: 'inserted' }])
        }
      })
    })
  })
}
