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

/** What is known of a visitor where there may be more than a device. */
export interface WhoVotes {
  /**
   * As `voter.admit`. A token of the device that is refused is forgotten.
   * @returns undefined where `isKnown` finds nobody
   * @throws UNAUTHENTICATED, and what else the server refuses with
   */
  askWho(shown: Shown, token?: string): Promise<VoterAdmission | undefined>
  /** The token of who is known; none where nobody is. */
  lookUp(): Promise<string | undefined>
  /** Before the first vote. With a captcha where a device votes for the first time: nobody else is sure to need one. */
  admitToVote(needsCaptcha: boolean): Promise<VoterAdmission | undefined>
  /** The server took a vote for nobody's: it may go again as whoever votes here now. */
  readmit(error: PollError): Promise<void>
  /** Tells other tabs that another may be signed in. */
  tellTabs(): void
  /**
   * A poll that was not given. It may be there for who is signed in, or invited.
   * What a page's developer has to change is written to the console, once a server, and the server left alone.
   */
  findPoll(pollId: string, error: PollError): Promise<PollMessage>
}

const told = new Set<string>()

export function createWhoVotes({ server, voter, captcha, refusal, fetchPoll, rejoin, stop }: Visitor): WhoVotes {
  const { given, storageKey, markerKey } = voter.parts

  async function askWho(shown: Shown, token?: string): Promise<VoterAdmission | undefined> {
    let admission: VoterAdmission | undefined
    try {
      admission = await voter.admit(shown, token)
    } catch (reason) {
      const { code, retryable } = reason as PollError
      if (code === 'UNAUTHENTICATED' && token !== '' && !given && voter.stored()) {
        voter.own = undefined
        voter.write(storageKey)
        return askWho(shown, '')
      }
      if (!shown.isKnown || retryable !== false) throw reason
      voter.unsure = false
    }
    if (!admission?.isSession) voter.write(markerKey)
    return admission
  }

  const lookUp = async () => (await askWho({ isKnown: true }))?.token

  async function solve(): Promise<string> {
    try {
      return await (captcha as () => Promise<string>)()
    } catch {
      throw refusal('CAPTCHA_FAILED') // also where there is none to solve
    }
  }

  return {
    askWho,
    lookUp,
    async admitToVote(needsCaptcha) {
      const isNew = needsCaptcha && !voter.token() && !(await lookUp())
      return askWho(isNew ? { captcha: await solve() } : {})
    },
    async readmit({ code }) {
      const shown = code === 'CAPTCHA_FAILED' ? { captcha: await solve() } : {}
      voter.renew()
      await askWho(shown).finally(rejoin)
    },
    tellTabs: () => voter.write(markerKey, `${Math.random()}`),
    async findPoll(pollId, error) {
      if (error.code === 'ORIGIN_NOT_ALLOWED') {
        stop(error)
        const page = globalThis.location?.origin
        const remedy = 'Add that origin to the option "origins" of createLivePoll.'
        if (!told.has(server)) console.error(`Live Poll: ${server} does not let pages of ${page} use it. ${remedy}`)
        told.add(server)
      }
      if (error.code !== 'POLL_NOT_FOUND') throw error
      const token = voter.session ?? voter.own ?? (await lookUp())
      if (!token) throw error
      return fetchPoll(pollId, token)
    },
  }
}
