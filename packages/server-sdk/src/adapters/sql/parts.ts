/** Rows or keys of one statement, as every database takes them. */
export const partSize = 500

/** Cuts a list into parts that one statement takes. */
export function* partsOf<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += partSize) yield items.slice(start, start + partSize)
}
