import { attempt } from '../protocol/attempt.ts'
import type { VoterAdmission } from '../protocol/models.ts'

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
   * Becomes a voter, or with a token of one shows it for a fresh ticket; the token is stored by the time this resolves.
   * Called again before that, it resolves with the same: two admissions would make two voters of one person.
   * @throws UNAUTHENTICATED when the server refused the token
   */
  admit(): Promise<VoterAdmission>
  /** Forgets a token that the server refused. */
  refused(): void
}

export interface VoterOptions {
  admitVoter(token: string | undefined): Promise<VoterAdmission>
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
  let admission: Promise<VoterAdmission> | null = null

  // Storage first, and anew each time: another tab may have become a voter meanwhile.
  const token = () => attempt(() => storage?.getItem(storageKey)) || remembered

  async function admit(): Promise<VoterAdmission> {
    const admitted = await admitVoter(given ?? token())
    remembered = admitted.token
    attempt(() => storage?.setItem(storageKey, admitted.token))
    return admitted
  }

  return {
    token,
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
