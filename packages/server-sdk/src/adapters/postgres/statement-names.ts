import { createHash } from 'node:crypto'

/** Distinct texts that get a name: more than the library has, if lists of rows are not counted. */
const maxNames = 200

/**
 * Names for prepared statements: the hash of their text, so that a name never stands for anything else. Behind a pooler
 * that gives each transaction another session they are lost; from then on statements have no names.
 */
export function createStatementNames() {
  const names = new Map<string, string>()
  let areKept = true
  return {
    nameOf(text: string): string | undefined {
      const known = names.get(text)
      if (!areKept || known) return areKept ? known : undefined
      if (names.size >= maxNames) return undefined
      const name = `live_poll_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`
      names.set(text, name)
      return name
    },
    /** @returns whether the error says that a name is not known to the session, or known and not by us */
    forgetIfLost(error: unknown): boolean {
      const { code } = error as { code?: unknown }
      const isLost = code === '26000' || code === '42P05'
      if (isLost) areKept = false
      return isLost
    },
  }
}
