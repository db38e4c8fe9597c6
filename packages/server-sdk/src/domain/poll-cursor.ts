/** Where a list of polls goes on, newest first: after the poll that was made then. */
export interface PollCursor {
  readonly createdAt: Date
  readonly id: string
}

export function toCursor({ createdAt, id }: PollCursor): string {
  return `${createdAt.getTime()}_${id}`
}

/** Times of at most 14 digits, which end in the year 5138: every database knows them. Undefined for what is none. */
export function parseCursor(text: string): PollCursor | undefined {
  const match = /^(\d{1,14})_([\w-]+)$/.exec(text)
  return match?.[1] && match[2] ? { createdAt: new Date(Number(match[1])), id: match[2] } : undefined
}
