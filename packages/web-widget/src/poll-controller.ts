import { createVoterClient, type VoteReceipt, type VoterClient, type WatchedPoll } from '@live-poll/client-sdk/voter'

/** A connection that is back sooner than this was never worth a word. Milliseconds. */
const patience = 1500

/** Has the visitor solve a captcha, and resolves to its answer. */
export type SolveCaptcha = () => Promise<string>

/** Which client a tag uses: tags alike share one. */
export interface ClientKey {
  readonly server: string
  readonly storage: string
  readonly invitation: string
}

interface SharedClient extends VoterClient {
  /** Of the tag that voted last. */
  captcha?: SolveCaptcha | undefined
}

/** One client, and so one socket, for all voters alike. It hangs up by itself when nothing is watched. */
const clients = new Map<string, SharedClient>()

function clientOf(key: string, { server, storage, invitation }: ClientKey): SharedClient {
  let client = clients.get(key)
  if (!client) {
    const captcha = () => client?.captcha?.() ?? Promise.reject()
    client = createVoterClient({ server, storage: storage as 'local', invitation, captcha })
    clients.set(key, client)
  }
  return client
}

/** Who is signed in with the host may have changed. */
export function refreshAll(): void {
  for (const client of clients.values()) client.refresh()
}

/** Called with every new state, and with none when only `isOffline` changed. */
export type PollChange = (now?: WatchedPoll, before?: WatchedPoll) => void

/** What one element knows of one poll on one server. */
export class PollController {
  /** The newest state; it stays when the connection is lost. Undefined before anything is watched. */
  watched: WatchedPoll | undefined
  /** Whether the connection has been gone for more than a moment. */
  isOffline = false

  readonly #onChange: PollChange
  #place = ''
  #key = ''
  #pollId = ''
  #client: SharedClient | undefined
  #unwatch: (() => void) | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(onChange: PollChange) {
    this.#onChange = onChange
  }

  /**
   * Watches this poll from now on and forgets any other. An empty id watches nothing. As another voter it shows what it has
   * until there is more. @returns whether it is another poll
   */
  follow(by: ClientKey, pollId: string): boolean {
    const place = by.server + pollId
    const isAnother = place !== this.#place
    const key = `${by.server} ${by.storage} ${by.invitation}`
    if (isAnother || key !== this.#key) this.stop()
    if (isAnother) this.watched = undefined
    this.#place = place
    this.#key = key
    this.#pollId = pollId
    this.#client = clientOf(key, by)
    if (pollId) this.#unwatch ??= this.#client.watch(pollId, (state) => this.#take(state))
    return isAnother
  }

  /** Keeps the last state, and watches again at the next `follow`. */
  stop(): void {
    this.#unwatch?.()
    this.#unwatch = undefined
    this.#lineIs(true)
  }

  /**
   * Resolves when the vote, or with null its retraction, is committed, also after `stop`.
   * @throws PollError
   */
  async vote(choices: readonly number[] | null, captcha: SolveCaptcha | undefined): Promise<VoteReceipt> {
    const client = this.#client as SharedClient
    client.captcha = captcha
    return client.vote(this.#pollId, choices)
  }

  #take(state: WatchedPoll): void {
    const before = this.watched
    if (before?.poll && state.status === 'loading') return
    this.watched = state
    this.#lineIs(state.transport !== 'none')
    this.#onChange(state, before)
  }

  #lineIs(isUp: boolean): void {
    if (isUp) {
      clearTimeout(this.#timer)
      this.#timer = undefined
      this.isOffline = false
      return
    }
    this.#timer ??= setTimeout(() => {
      this.isOffline = true
      this.#onChange()
    }, patience)
  }
}
