import type { PollApi } from '../http/poll-api.ts'
import { PollError } from '../protocol/errors.ts'

/** Where the voter token is kept between visits; `localStorage` fits. What it throws is ignored. */
export interface TokenStorage {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

/** Who votes here: nobody yet, or the holder of a token. */
export interface Voter {
  token(): string | null
  /**
   * Becomes a voter and resolves with a ticket for a hello at once; the token is stored by then.
   * @throws UNAUTHENTICATED when the app gave a voter token and the server refused it
   */
  admit(): Promise<string>
  /** Forgets a token that the server refused. */
  refused(): void
}

/** The voter whose token the app gave. It is not stored, and never replaced by another voter. */
export function createFixedVoter(given: string): Voter {
  let isRefused = false
  return {
    token: () => (isRefused ? null : given),
    admit: () => Promise.reject(new PollError('UNAUTHENTICATED', {}, 'The server refused the voter token.')),
    refused: () => {
      isRefused = true
    },
  }
}

/** A voter who is admitted at the first vote. Nothing is stored before. */
export function createStoredVoter(api: PollApi, server: string, storage: TokenStorage | null): Voter {
  const key = `live-poll:voter:${server}`
  let remembered: string | null = null
  let admission: Promise<string> | null = null

  async function admit(): Promise<string> {
    const { token, ticket } = await api.admitVoter()
    remembered = token
    attempt(() => storage?.setItem(key, token))
    return ticket
  }

  return {
    // Storage first, and anew each time: another tab may have become a voter meanwhile.
    token: () => attempt(() => storage?.getItem(key)) || remembered,
    admit() {
      admission ??= admit().finally(() => {
        admission = null
      })
      return admission
    },
    refused() {
      remembered = null
      attempt(() => storage?.removeItem(key))
    },
  }
}

/** `localStorage` where there is one. In a sandboxed frame even looking at it throws. */
export function pageStorage(): TokenStorage | null {
  return attempt(() => globalThis.localStorage) ?? null
}

/** Storage may be full, blocked or gone at any moment; voting goes on from memory. */
function attempt<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}
