/** A candidate for whom two counts do not agree. */
export interface Difference {
  readonly name: string
  readonly expected: number
  readonly counted: number
}

/** Compares two counts candidate by candidate; one who is missing has 0 votes. */
export function findDifferences(
  expected: ReadonlyMap<string, number>,
  counted: ReadonlyMap<string, number>,
): readonly Difference[] {
  return [...new Set([...expected.keys(), ...counted.keys()])]
    .map((name) => ({ name, expected: expected.get(name) ?? 0, counted: counted.get(name) ?? 0 }))
    .filter((pair) => pair.expected !== pair.counted)
}
