/** Rows or keys of one statement, as every database takes them. */
export const partSize = 500

/** Cuts a list into parts that one statement takes. */
export function* partsOf<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += partSize) yield items.slice(start, start + partSize)
}

/** Repeats the last row until there are as many as some power of two. */
export function padded<T>(rows: readonly T[], filler: (last: T) => T = (last) => last): readonly T[] {
  const last = rows.at(-1)
  if (last === undefined) return rows
  const missing = 2 ** Math.ceil(Math.log2(rows.length)) - rows.length
  return [...rows, ...Array.from({ length: missing }, () => filler(last))]
}
