/** The path of a poll under the base URL of the API. */
export function pollPath(pollId: string, rest = ''): string {
  return `/polls/${encodeURIComponent(pollId)}${rest}`
}

/** A query string; leaves out what is undefined, as JSON does. */
export function query(fields: Readonly<Record<string, string | number | undefined>>): string {
  return `?${new URLSearchParams(JSON.parse(JSON.stringify(fields)))}`
}
