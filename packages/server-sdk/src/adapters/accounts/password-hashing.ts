import { AsyncLocalStorage } from 'node:async_hooks'
import { pollError } from '@live-poll/client-sdk/protocol'

export interface PasswordHashing {
  hash(password: string): Promise<string>
  verify(given: { readonly hash: string; readonly password: string }): Promise<boolean>
}

/** Each takes 32 MB and some 50 ms of a core; Node's four threads for such work serve files as well. */
const atOnce = 2
/** Who comes after so many would wait for seconds. */
const mostWaiting = 100

/**
 * Lets a few passwords be hashed at once and a hundred wait: a flood of sign-ins leaves room for votes.
 * @throws PollError `BUSY` for any more
 */
export function inTurn({ hash, verify }: PasswordHashing): PasswordHashing {
  const waiting: (() => void)[] = []
  let running = 0

  async function run<T>(work: () => Promise<T>): Promise<T> {
    if (running < atOnce) running++
    else {
      if (waiting.length >= mostWaiting) throw pollError('BUSY', { retryAfter: 5000 })
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
    try {
      return await work()
    } finally {
      const next = waiting.shift() // whoever is next takes this place over
      if (next) next()
      else running--
    }
  }

  return {
    hash: (password) => run(() => hash(password)),
    verify: (given) => run(() => verify(given)),
  }
}

export interface HashingBeforehand extends PasswordHashing {
  /** Work in which one password may be hashed before it is asked for. */
  inWork<T>(work: () => Promise<T>): Promise<T>
  /** The next hash that this work asks for. */
  prepare(password: string): Promise<void>
}

/**
 * better-auth hashes a new account's password within the transaction that makes it, which would hold up everything else
 * on the embedded database: here it finds that done.
 */
export function hashBeforehand({ hash, verify }: PasswordHashing): HashingBeforehand {
  const works = new AsyncLocalStorage<{ hash?: string }>()
  return {
    inWork: (work) => works.run({}, work),
    async prepare(password) {
      const work = works.getStore()
      if (work) work.hash = await hash(password)
    },
    hash: async (password) => works.getStore()?.hash ?? hash(password),
    verify,
  }
}
