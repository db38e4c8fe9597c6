/** Rows are sent as columns, one array each: one text for any number of rows. */
export type Column = string | readonly (string | null)[]

/**
 * An array as Postgres writes it (https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO). Of ids and ballots nothing
 * has to be escaped; the driver, which looks at each by itself, takes the others.
 */
export function textArray(values: readonly (string | null)[]): Column {
  if (values.length === 0 || values.includes('')) return values
  const text = `{"${values.join('","')}"}`
  if (text.includes('\\') || countQuotes(text) > 2 * values.length) return values
  return text.replaceAll('""', 'null') // a null joins as nothing
}

/** Of texts without quotes, backslashes and nulls, as ids, keys and ballots are: nothing has to be looked at. */
export function idArray(values: readonly string[]): Column {
  return `{"${values.join('","')}"}`
}

export function numberArray(values: readonly number[]): Column {
  return `{${values}}`
}

function countQuotes(text: string): number {
  let quotes = 0
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) quotes++
  return quotes
}
