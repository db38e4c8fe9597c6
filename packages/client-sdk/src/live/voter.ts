import type { PollApi } from '../http/poll-api.ts'
import { attempt } from '../protocol/attempt.ts'

/** Where the voter token is kept between visits; `localStorage` fits. What it throws is ignored. */
export interface TokenStorage {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

/** Who votes here: nobody yet, or the holder of a token. */
export interface Voter {
  token(): string | undefined
  /**
   * Becomes a voter and resolves with a ticket for a hello at once; the token is stored by then.
   * Called again before that, it resolves with the same: two admissions would make two voters of one person.
   * @throws UNAUTHENTICATED when the app gave a voter token and the server refused it
   */
  admit(): Promise<string>
  /** Forgets a token that the server refused. */
  refused(): void
}

export interface VoterOptions {
  admitVoter: PollApi['admitVoter']
  /** A voter token that the app gave. */
  readonly given: string | undefined
  readonly storage: TokenStorage | null
  readonly storageKey: string
}

/**
 * A voter who is admitted at the first vote. Nothing is stored before.
 * Storage may be full, blocked or gone at any moment; voting goes on from memory.
 */
export function createVoter({ admitVoter, given, storage, storageKey }: VoterOptions): Voter {
  let remembered = given
  let admission: Promise<string> | null = null

  async function admit(): Promise<string> {
    const { token, ticket } = await admitVoter()
    remembered = token
    attempt(() => storage?.setItem(storageKey, token))
    return ticket
  }

  return {
    // Storage first, and anew each time: another tab may have become a voter meanwhile.
    token: () => attempt(() => storage?.getItem(storageKey)) || remembered,
    admit() {
      admission ??= admit().finally(() => {
        admission = null
      })
      return admission
    },
    refused() {
      remembered = undefined
      attempt(() => storage?.removeItem(storageKey))
    },
  }
}

/** `localStorage` where there is one. In a sandboxed frame even looking at it throws. */
export function pageStorage(): TokenStorage | null {
  return attempt(() => globalThis.localStorage) ?? null
}
