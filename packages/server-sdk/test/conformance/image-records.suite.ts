import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ImageRecords, SweepAges } from '../../src/ports/image-records.ts'
import { type MakeStores, newImage, newPoll, type StoresUnderTest, storeImage } from './stores.ts'

const hour = 3_600_000
const ages: SweepAges = { pending: hour, unused: 24 * hour }

/** The contract of `ImageRecords`. What happens to one picture from two sides at once has a suite of its own. */
export function describeImageRecords(name: string, make: MakeStores): void {
  describe(`ImageRecords on ${name}`, () => {
    let stores: StoresUnderTest
    let images: ImageRecords
    beforeAll(async () => {
      stores = await make()
      images = stores.images
    })
    afterAll(() => stores.close())
    beforeEach(async () => {
      await stores.db.deleteFrom('live_poll_images').execute()
    })

    /** Shows pictures of the question and of the first choice. @returns the poll's id */
    async function show(question: string | null, choice: string | null, fields = {}) {
      const poll = newPoll(fields)
      await stores.polls.insert(poll)
      const { db } = stores
      await db.updateTable('live_poll_polls').set({ image_id: question }).where('id', '=', poll.id).execute()
      const first = db.updateTable('live_poll_choices').where('poll_id', '=', poll.id).where('id', '=', 1)
      await first.set({ image_id: choice }).execute()
      return poll.id
    }
    const makeOld = async (id: string, millis: number) => {
      const at = new Date(Date.now() - millis)
      await stores.db.updateTable('live_poll_images').set({ last_used_at: at }).where('id', '=', id).execute()
    }

    describe('an upload', () => {
      it('is not ready until its bytes are there', async () => {
        const image = newImage({ owner: 'ada', placeholder: `data:${'x'.repeat(2000)} \\ ' "`, bytes: 2 ** 40 })
        const expected = { ...image, isPublic: false }
        expect(await images.begin(image)).toEqual({ ...expected, isReady: false })
        expect(await images.read(image.id)).toEqual({ ...expected, isReady: false })
        expect(await images.finish(image.id, image.attempt)).toBe(true)
        expect(await images.finish(image.id, image.attempt), 'and again').toBe(true)
        expect(await images.read(image.id)).toEqual({ ...expected, isReady: true })
      })

      it('joins one of the same picture, begun or ready, at its place', async () => {
        const image = newImage()
        await images.begin(image)
        expect(await images.begin({ ...image, attempt: 'mine' })).toEqual({ ...image, isReady: false, isPublic: false })
        expect(await images.finish(image.id, 'mine')).toBe(false)
        expect(await images.finish(image.id, image.attempt)).toBe(true)
        expect(await images.begin({ ...image, attempt: 'mine' })).toEqual({ ...image, isReady: true, isPublic: false })
      })

      it('has one place, however many begin it at once', async () => {
        for (let round = 0; round < 10; round++) {
          const image = newImage()
          const all = await Promise.all(
            Array.from({ length: 8 }, (_, index) => images.begin({ ...image, attempt: `${index}` })),
          )
          const [attempt, ...others] = [...new Set(all.map((record) => record.attempt))]
          expect(others).toEqual([])
          expect(await images.read(image.id)).toMatchObject({ attempt })
        }
      })

      it('of one that is being removed begins anew, at another place', async () => {
        const image = await storeImage(stores, { owner: 'ada' })
        const claimed = await images.claim(image.id)
        const again = { ...newImage({ owner: 'ada' }), id: image.id, width: 9, height: 8, placeholder: 'p', bytes: 7 }
        expect(await images.begin(again)).toEqual({ ...again, isReady: false, isPublic: false })
        expect(await images.finish(image.id, image.attempt), 'of the one before').toBe(false)
        if (claimed) await images.forget([claimed])
        expect(await images.finish(image.id, again.attempt)).toBe(true)
      })

      it('is over when it was removed', async () => {
        const image = newImage()
        await images.begin(image)
        const claimed = await images.claim(image.id)
        expect(await images.finish(image.id, image.attempt)).toBe(false)
        if (claimed) await images.forget([claimed])
        expect(await images.finish(image.id, image.attempt)).toBe(false)
        expect(await images.read(image.id)).toBeUndefined()
      })

      it('counts for its owner from its beginning to its removal', async () => {
        await storeImage(stores, { owner: 'ada', bytes: 1000 })
        const begun = newImage({ owner: 'ada', bytes: 2 ** 33 })
        await images.begin(begun)
        await storeImage(stores, { owner: null, bytes: 5 })
        expect(await images.usage('ada')).toEqual({ images: 2, bytes: 1000 + 2 ** 33 })
        expect(await images.usage(null)).toEqual({ images: 1, bytes: 5 })
        expect(await images.usage('bob')).toEqual({ images: 0, bytes: 0 })
        await images.claim(begun.id)
        expect(await images.usage('ada')).toEqual({ images: 1, bytes: 1000 })
      })
    })

    it('an id is one only as it was written', async () => {
      const { id } = await storeImage(stores, { id: 'i_aBc' })
      for (const other of ['i_abc', 'i_aBc ', ' i_aBc', 'i_aB_', 'i_aB%', '', "' or 1=1 --", 'é']) {
        expect(await images.read(other), other).toBeUndefined()
        expect(await images.claim(other), other).toBeUndefined()
      }
      expect(await images.read(id)).toMatchObject({ id, isReady: true })
    })

    it('is public once a poll that is not private shows it, of its question or of a choice', async () => {
      for (const isChoice of [false, true]) {
        const { id } = await storeImage(stores)
        const shown = [isChoice ? null : id, isChoice ? id : null] as const
        await show(...shown, { isPrivate: true })
        expect(await images.read(id)).toMatchObject({ isPublic: false })
        const pollId = await show(...shown)
        expect(await images.read(id)).toMatchObject({ isPublic: true })
        await stores.polls.edit(pollId, { isPrivate: true })
        expect(await images.read(id)).toMatchObject({ isPublic: false })
      }
    })

    it('knows the pictures of a poll, each once', async () => {
      const [one, other] = [await storeImage(stores), await storeImage(stores)]
      expect(await images.ofPoll(await show(one.id, one.id))).toEqual([one.id])
      expect([...(await images.ofPoll(await show(one.id, other.id)))].sort()).toEqual([one.id, other.id].sort())
      for (const pollId of [await show(null, null), 'p_nowhere']) expect(await images.ofPoll(pollId)).toEqual([])
    })

    it('knows those of an owner that no poll shows, and forgets whose they were', async () => {
      const mine = [await storeImage(stores, { owner: 'ada' }), await storeImage(stores, { owner: 'ada' })]
      const shown = [await storeImage(stores, { owner: 'ada' }), await storeImage(stores, { owner: 'ada' })]
      await storeImage(stores, { owner: 'ada ' })
      await storeImage(stores, { owner: null })
      await show(shown[0]?.id ?? null, shown[1]?.id ?? null)
      expect(await images.unusedOf('ada')).toEqual(mine.map(({ id }) => id).sort())
      expect(await images.unusedOf('bob')).toEqual([])
      for (let time = 0; time < 2; time++) await images.forgetOwner('ada')
      expect(await images.unusedOf('ada')).toEqual([])
      const [id = ''] = shown.map((image) => image.id)
      expect(await images.read(id)).toMatchObject({ owner: null, isReady: true })
      expect(await images.unusedOf('ada '), 'nobody else is forgotten').toHaveLength(1)
      const back = await images.begin({ ...newImage(), id, owner: 'ada' })
      expect(back, 'who comes back with the same picture owns it').toMatchObject({ owner: 'ada', isReady: true })
    })

    describe('a removal', () => {
      it('hides a picture from the claim on, and forgets it when its bytes are gone', async () => {
        const { id, attempt, width } = await storeImage(stores, { owner: 'ada' })
        expect(await images.claim(id)).toEqual({ id, attempt, width })
        expect(await images.read(id)).toBeUndefined()
        expect(await images.claim(id, ages), 'by whoever goes on with it').toEqual({ id, attempt, width })
        await images.forget([{ id, attempt: 'another', width }])
        expect(await images.toSweep(ages, 10)).toEqual([id])
        for (let time = 0; time < 2; time++) await images.forget([{ id, attempt, width }])
        expect(await images.claim(id)).toBeUndefined()
        expect(await images.toSweep(ages, 10)).toEqual([])
      })

      it('leaves what a poll shows, whatever its age, and what is there', async () => {
        const [one, other] = [await storeImage(stores), await storeImage(stores)]
        const pollId = await show(one.id, other.id)
        for (const { id, attempt, width } of [one, other]) {
          await makeOld(id, 99 * hour)
          expect(await images.claim(id)).toBeUndefined()
          expect(await images.claim(id, ages)).toBeUndefined()
          await images.forget([{ id, attempt, width }])
          expect(await images.read(id)).toMatchObject({ isReady: true })
        }
        await stores.polls.delete(pollId)
        expect(await images.claim(one.id)).toMatchObject({ id: one.id })
      })

      it('sweeps what is too old by the clock of the database, and those left behind, oldest first', async () => {
        const [fresh, unused, shown] = [await storeImage(stores), await storeImage(stores), await storeImage(stores)]
        const [begun, stuck] = [newImage(), newImage()]
        for (const image of [begun, stuck]) await images.begin(image)
        const left = await storeImage(stores)
        await images.claim(left.id)
        await show(null, shown.id)
        await makeOld(unused.id, 25 * hour)
        await makeOld(shown.id, 25 * hour)
        await makeOld(stuck.id, 2 * hour)
        expect(await images.toSweep(ages, 10)).toEqual([unused.id, stuck.id, left.id])
        expect(await images.toSweep(ages, 1)).toEqual([unused.id])
        const claimed: boolean[] = []
        for (const { id } of [fresh, unused, shown, begun, stuck, left]) {
          claimed.push((await images.claim(id, ages)) !== undefined)
        }
        expect(claimed).toEqual([false, true, false, false, true, true])
      })

      it('does not let one whose bytes cannot be removed keep the others from their turn', async () => {
        const [one, other] = [await storeImage(stores), await storeImage(stores)]
        for (const { id } of [one, other]) {
          await makeOld(id, 48 * hour)
          await images.claim(id)
          await makeOld(id, 2 * hour)
        }
        const [first] = await images.toSweep(ages, 1)
        await images.claim(first ?? '', ages)
        expect(await images.toSweep(ages, 1)).toEqual([[one.id, other.id].find((id) => id !== first)])
      })

      it('spares what was taken up again: an upload of the same picture counts as a use', async () => {
        const image = await storeImage(stores)
        await makeOld(image.id, 25 * hour)
        expect(await images.toSweep(ages, 10)).toEqual([image.id])
        await images.begin({ ...image, attempt: 'mine' })
        expect(await images.claim(image.id, ages)).toBeUndefined()
        expect(await images.toSweep(ages, 10)).toEqual([])
      })
    })
  })
}
