/**
 * The fields of one row (RFC 4180): a field with a comma stands in double quotes, and a quote in it is doubled.
 * Line breaks in a field are not known here.
 */
export function parseCsvRow(row: string): readonly string[] {
  const fields: string[] = []
  for (let at = 0; at <= row.length; at++) {
    const isQuoted = row[at] === '"'
    const end = isQuoted ? closingQuote(row, at + 1) : endOfField(row, at)
    fields.push(isQuoted ? row.slice(at + 1, end).replaceAll('""', '"') : row.slice(at, end))
    at = isQuoted ? end + 1 : end
    if (at < row.length && row[at] !== ',') throw new Error(`There is text after a closing quote: ${row}`)
  }
  return fields
}

function endOfField(row: string, from: number): number {
  const comma = row.indexOf(',', from)
  return comma < 0 ? row.length : comma
}

function closingQuote(row: string, from: number): number {
  for (let at = from; at < row.length; at++) {
    if (row[at] !== '"') continue
    if (row[at + 1] !== '"') return at
    at++
  }
  throw new Error(`A quote is never closed: ${row}`)
}
