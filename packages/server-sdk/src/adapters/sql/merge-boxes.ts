import type { OutboxRow } from '../../ports/outbox.ts'

/**
 * Rows of several boxes, each in its order, as they were written: as far as it is known, for of a box that was not read to its
 * end the next one may be older than the last of another. Within a millisecond votes in later boxes come before what concerns
 * the poll, which is in box 0: a closing comes after the votes that it closes over.
 *
 * @param most rows that were read of each box: of one with as many there may be more
 */
export function mergeBoxes(boxes: readonly (readonly OutboxRow[])[], most: number): readonly OutboxRow[] {
  const queues = boxes.map((rows) => ({ rows, next: 0, isCut: rows.length === most }))
  const merged: OutboxRow[] = []
  for (;;) {
    let first: (typeof queues)[number] | undefined
    for (const queue of queues) {
      const row = queue.rows[queue.next]
      if (!row) {
        if (queue.isCut) return merged
        continue
      }
      if (!first || isBefore(row, first.rows[first.next] as OutboxRow)) first = queue
    }
    if (!first) return merged
    merged.push(first.rows[first.next++] as OutboxRow)
  }
}

function isBefore(row: OutboxRow, other: OutboxRow): boolean {
  const [at, otherAt] = [row.at.getTime(), other.at.getTime()]
  return at === otherAt ? row.box > other.box : at < otherAt
}
