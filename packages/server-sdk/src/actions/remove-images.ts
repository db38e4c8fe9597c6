import { objectKeysOf } from '../ports/image-objects.ts'
import type { ClaimedImage, ImageRecords, SweepAges } from '../ports/image-records.ts'
import type { ImageStore } from '../ports/image-store.ts'
import type { Logger } from '../ports/logger.ts'

/** Removes those of these pictures that no poll uses. What is left behind is the next sweep's: it never throws. */
export type RemoveImages = (ids: readonly string[]) => Promise<void>

/** @param onGone is told of each that nobody finds any more */
export function createRemoveImages(
  records: Pick<ImageRecords, 'claim' | 'forget'>,
  store: Pick<ImageStore, 'delete'>,
  logger: Logger,
  onGone: (id: string) => void = () => {},
): RemoveImages {
  return async (ids) => {
    try {
      await removeUnused(records, store, ids, undefined, onGone)
    } catch (error) {
      logger.warn('Pictures that no poll uses could not be removed; a sweep will.', error)
    }
  }
}

/**
 * Removes pictures that no poll uses, their bytes before what is known of them.
 * @returns how many
 * @throws PollError `STORAGE_UNAVAILABLE`: nobody finds those that were claimed, and a sweep removes them
 */
export async function removeUnused(
  records: Pick<ImageRecords, 'claim' | 'forget'>,
  store: Pick<ImageStore, 'delete'>,
  ids: readonly string[],
  ages: SweepAges | undefined,
  onGone: (id: string) => void,
): Promise<number> {
  const claimed: ClaimedImage[] = []
  for (const id of ids) {
    const image = await records.claim(id, ages)
    if (!image) continue
    onGone(id)
    claimed.push(image)
  }
  await removeClaimed(records, store, claimed)
  return claimed.length
}

export async function removeClaimed(
  records: Pick<ImageRecords, 'forget'>,
  store: Pick<ImageStore, 'delete'>,
  claimed: readonly ClaimedImage[],
): Promise<void> {
  if (claimed.length === 0) return
  await store.delete(claimed.flatMap(objectKeysOf))
  await records.forget(claimed)
}
