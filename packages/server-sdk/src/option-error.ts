/** An option that cannot work. Thrown by `createLivePoll` and `ready()`, never for a request. */
export class OptionError extends Error {
  override readonly name = 'OptionError'

  /** @param option its name, as in `channel.hello` */
  constructor(option: string, advice: string) {
    super(`createLivePoll: ${option}: ${advice}`)
  }
}

const longestText = 80

/** What was given, in words: of what is no plain value only what kind it is, for there may be secrets in it. */
export function tellGiven(value: unknown): string {
  if (typeof value === 'string') {
    return JSON.stringify(value.length > longestText ? `${value.slice(0, longestText)}...` : value)
  }
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value)
  return tellKind(value)
}

/** The same for what may be a secret itself. */
export function tellKind(value: unknown): string {
  if (typeof value === 'string') return `a text of ${Buffer.byteLength(value)} bytes`
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (value === null) return 'null'
  if (typeof value === 'object') return 'an object'
  return `a ${typeof value}`
}

/** Says that there is no such name, and which may have been meant. */
export function unknownName(name: string, names: readonly string[]): string {
  const nearest = [...names].sort((a, b) => distance(name, a) - distance(name, b))[0]
  const isNear = nearest !== undefined && distance(name, nearest) <= Math.max(2, name.length / 3)
  return isNear
    ? `there is no such option; did you mean "${nearest}"?`
    : `there is no such option; send any of ${names.join(', ')}.`
}

/** Letters to add, to leave out or to change (Levenshtein), whatever their case. */
function distance(from: string, to: string): number {
  const [a, b] = [from.toLowerCase(), to.toLowerCase()]
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
