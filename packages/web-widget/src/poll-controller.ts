import { createVoterClient, type VoteReceipt, type VoterClient, type WatchedPoll } from '@live-poll/client-sdk/voter'

/** A connection that is back sooner than this was never worth a word. Milliseconds. */
const patience = 1500

/** One client, and so one socket, for all tags of a server. It hangs up by itself when nothing is watched. */
const clients = new Map<string, VoterClient>()

function clientOf(server: string): VoterClient {
  const client = clients.get(server) ?? createVoterClient({ server })
  clients.set(server, client)
  return client
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
  #server = ''
  #pollId = ''
  #unwatch: (() => void) | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(onChange: PollChange) {
    this.#onChange = onChange
  }

  /** Watches this poll from now on and forgets any other. An empty id watches nothing. @returns whether it is another */
  follow(server: string, pollId: string): boolean {
    const isAnother = server !== this.#server || pollId !== this.#pollId
    if (isAnother) {
      this.stop()
      this.watched = undefined
      this.#server = server
      this.#pollId = pollId
    }
    if (pollId) this.#unwatch ??= clientOf(server).watch(pollId, (state) => this.#take(state))
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
  vote(choices: readonly number[] | null): Promise<VoteReceipt> {
    return clientOf(this.#server).vote(this.#pollId, choices)
  }

  #take(state: WatchedPoll): void {
    const before = this.watched
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
