import { attempt } from '../protocol/attempt.ts'
import type { VoterAdmission } from '../protocol/models.ts'

/** Where the voter token is kept between visits; `localStorage` fits. What it throws is ignored. */
export interface TokenStorage {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

/**
 * Who votes here: nobody yet, who is signed in with the host, or the holder of a token.
 * `who-votes.ts` goes on where this is not just a device.
 */
export interface Voter {
  /** Whether who votes is settled, and kept as far as it may be: since the page came, or since `renew`. */
  admitted: boolean
  /** Whether somebody may be signed in, or invited, of whom the server has not been asked. */
  unsure: boolean
  /** The token of who is signed in with the host: never stored, for another may be at the next visit. */
  session: string | undefined
  /** The token of the device or the invitation, as the server gave it to this very page. */
  own: string | undefined
  /** The token of the device or the invitation: from an earlier visit or another tab, else this page's. */
  stored(): string | undefined
  /** What a `hello` shows. */
  token(): string | undefined
  /**
   * Asks the server who votes here; what is to be kept is stored by the time this resolves. Called again before that,
   * with nothing to show, it resolves with the same: two admissions would make two voters of one person.
   */
  admit(shown?: Shown, token?: string): Promise<VoterAdmission>
  /** Stores a value, or without one nothing, as far as that works. */
  write(key: string, value?: string): void
  /**
   * Forgets who was signed in: another may be by now. What is on its way to say so is asked for again.
   * @param asLoaded As of a page that was just loaded: where nobody was signed in, the next vote asks.
   */
  renew(asLoaded?: boolean): void
  readonly parts: VoterParts
}

/** What a `POST /voters` says besides the token. */
export interface Shown {
  /** Admits nobody new, and stores nothing. */
  readonly isKnown?: boolean
  readonly captcha?: string | undefined
}

export interface VoterParts {
  admitVoter(token: string | undefined, shown?: Shown): Promise<VoterAdmission>
  /** A credential that the app gave: shown in place of a token of the device. A voter token (`lpv_`) settles who votes. */
  readonly given: string | undefined
  readonly isInvited?: boolean
  readonly storage: TokenStorage | null
  readonly storageKey: string
  /**
   * Under which there is something when somebody was signed in at the last vote. It says nothing about them; another value
   * tells other tabs that another may be signed in now.
   */
  readonly markerKey: string
}

/**
 * A voter who is admitted at the first vote. Nothing is stored before.
 * Storage may be full, blocked or gone at any moment; voting goes on from memory.
 */
export function createVoter(parts: VoterParts): Voter {
  const { admitVoter, given, isInvited, storage, storageKey, markerKey } = parts
  const read = (key: string) => attempt(() => storage?.getItem(key)) || undefined
  const isGiven = given?.startsWith('lpv_') ?? false
  let turn = 0
  let admission: Promise<VoterAdmission> | undefined

  async function admit(shown?: Shown, token = given ?? voter.stored()): Promise<VoterAdmission> {
    const asked = turn
    const admission = await admitVoter(token, shown)
    if (asked !== turn) return admit(shown)
    voter.unsure = false
    const { isSession, token: fresh } = admission
    voter.session = isSession ? fresh : undefined
    if (!isSession) voter.own = fresh
    if (!shown?.isKnown) {
      voter.admitted = true
      if (isSession) voter.write(markerKey, `${Math.random()}`)
      else voter.write(storageKey, fresh)
    }
    return admission
  }

  const voter = {
    own: isGiven ? given : undefined,
    // Storage first, and anew each time: another tab may have become a voter meanwhile.
    stored: () => read(storageKey) ?? voter.own,
    token: () => voter.session ?? voter.stored(),
    admit(shown, token) {
      if (shown) return admit(shown, token)
      admission ??= admit().finally(() => {
        admission = undefined
      })
      return admission
    },
    write: (key, value) => attempt(() => (value ? storage?.setItem(key, value) : storage?.removeItem(key))),
    renew(asLoaded = false) {
      turn++
      voter.unsure = !asLoaded || Boolean(voter.session ?? (isInvited || (given ? !isGiven : read(markerKey))))
      voter.admitted = asLoaded && isGiven
      admission = voter.session = undefined
    },
    parts,
  } as Voter
  voter.renew(true)
  return voter
}

/** The page's `localStorage` or `sessionStorage`, where there is one. In a sandboxed frame even looking at it throws. */
export function pageStorage(kind = 'local'): TokenStorage | null {
  return attempt(() => (globalThis as unknown as Record<string, TokenStorage>)[`${kind}Storage`]) ?? null
}
