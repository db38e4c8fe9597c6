import type { ErrorCode } from '../protocol/error-code.ts'
import type { PollMessage } from '../protocol/messages.ts'
import type { VoterAdmission } from '../protocol/models.ts'
import type { PollError } from '../protocol/poll-error.ts'
import type { Shown, Voter } from './voter.ts'

/** A client as seen from here: who votes with it, and what follows when that is another. */
export interface Visitor {
  readonly server: string
  readonly voter: Voter
  /** Has the visitor solve a captcha. */
  readonly captcha: (() => Promise<string>) | undefined
  /** Of the class that this module does not import: it would go into a third file, for which every page would wait. */
  refusal(code: ErrorCode): PollError
  /** A poll over HTTP, without an own vote. */
  fetchPoll(pollId: string, token: string | undefined): Promise<PollMessage>
  /** Says hello anew. No vote goes out before the answer. */
  rejoin(): void
  /** Leaves the server alone. */
  stop(error: PollError): void
}

const told = new Set<string>()

/**
 * As `voter.admit`, where there may be more than a device. A token of the device that is refused is forgotten.
 * @returns undefined where `isKnown` finds nobody
 * @throws UNAUTHENTICATED, and what else the server refuses with
 */
export async function askWho({ voter }: Visitor, shown: Shown, token?: string): Promise<VoterAdmission | undefined> {
  const { given, storageKey, markerKey } = voter.parts
  let admission: VoterAdmission | undefined
  try {
    admission = await voter.admit(shown, token)
  } catch (reason) {
    const { code, retryable } = reason as PollError
    if (code === 'UNAUTHENTICATED' && token !== '' && !given && voter.stored()) {
      voter.own = undefined
      voter.write(storageKey)
      return askWho({ voter } as Visitor, shown, '')
    }
    if (!shown.isKnown || retryable !== false) throw reason
    voter.unsure = false
  }
  if (!admission?.isSession) voter.write(markerKey)
  return admission
}

/** The token of who is known; none where that cannot be said: one can watch as nobody. */
export async function lookUp(visitor: Visitor): Promise<string | undefined> {
  const admission = await askWho(visitor, { isKnown: true }).catch(() => undefined)
  return admission?.token
}

/** Before the first vote. With a captcha where a device votes for the first time: nobody else is sure to need one. */
export async function admitToVote(visitor: Visitor, needsCaptcha: boolean): Promise<VoterAdmission | undefined> {
  const isNew = needsCaptcha && !visitor.voter.token() && !(await askWho(visitor, { isKnown: true }))
  return askWho(visitor, isNew ? { captcha: await solve(visitor) } : {})
}

/** The server took a vote for nobody's: it may go again as whoever votes here now. */
export async function readmit(visitor: Visitor, { code }: PollError): Promise<void> {
  const shown = code === 'CAPTCHA_FAILED' ? { captcha: await solve(visitor) } : {}
  visitor.voter.renew()
  await askWho(visitor, shown).finally(visitor.rejoin)
}

/** Tells other tabs that another may be signed in. */
export function tellTabs({ voter }: Visitor): void {
  voter.write(voter.parts.markerKey, `${Math.random()}`)
}

/**
 * A poll that was not given. It may be there for who is signed in, or invited.
 * What a page's developer has to change is written to the console, once a server, and the server left alone.
 */
export async function findPoll(visitor: Visitor, pollId: string, error: PollError): Promise<PollMessage> {
  const { server, voter } = visitor
  if (error.code === 'ORIGIN_NOT_ALLOWED') {
    visitor.stop(error)
    const page = globalThis.location?.origin
    const remedy = 'Add that origin to the option "origins" of createLivePoll.'
    if (!told.has(server)) console.error(`Live Poll: ${server} does not let pages of ${page} use it. ${remedy}`)
    told.add(server)
  }
  if (error.code !== 'POLL_NOT_FOUND') throw error
  const token = voter.session ?? voter.own ?? (await askWho(visitor, { isKnown: true }))?.token
  if (!token) throw error
  return visitor.fetchPoll(pollId, token)
}

async function solve({ captcha, refusal }: Visitor): Promise<string> {
  try {
    return await (captcha as () => Promise<string>)()
  } catch {
    throw refusal('CAPTCHA_FAILED') // also where there is none to solve
  }
}
