import type { ImageRecords, SweepAges } from '../ports/image-records.ts'
import type { Logger } from '../ports/logger.ts'
import { repeat } from './repeat.ts'

const round = { name: 'Sweep of pictures', pause: 10 * 60_000, jitter: 2 * 60_000 }

const hour = 60 * 60 * 1000
const ages: SweepAges = { pending: hour, unused: 24 * hour }

/** Pictures that are looked for at once. */
const pageSize = 100

/**
 * Removes pictures that never became ready and those that no poll has used for a day. On every node, harmless at once.
 * @param remove removes those of them that are as old still. @returns how many
 * @returns stop
 */
export function startSweepingImages(
  records: Pick<ImageRecords, 'toSweep'>,
  remove: (ids: readonly string[], ages: SweepAges) => Promise<number>,
  logger: Logger,
): () => void {
  let isStopped = false
  const stop = repeat(
    round,
    async () => {
      // What others remove at the same time is not looked at again before the next round.
      for (let removed = pageSize; removed > 0 && !isStopped; ) removed = await sweepOnce(records, remove)
    },
    logger,
  )
  return () => {
    isStopped = true
    stop()
  }
}

/** @returns how many were removed; 0 when there is nothing left to do */
export async function sweepOnce(
  records: Pick<ImageRecords, 'toSweep'>,
  remove: (ids: readonly string[], ages: SweepAges) => Promise<number>,
): Promise<number> {
  const ids = await records.toSweep(ages, pageSize)
  return ids.length === 0 ? 0 : remove(ids, ages)
}
