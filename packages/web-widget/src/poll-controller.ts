import type { PollClient, VoteReceipt, WatchedPoll } from '@live-poll/client-sdk'
import type { ReactiveController, ReactiveControllerHost } from 'lit'
import { borrowClient, returnClient } from './shared-clients.ts'

/** A connection that is back sooner than this was never worth a word. Milliseconds. */
const patience = 1500

const nothingYet: WatchedPoll = {
  poll: null,
  results: null,
  vote: null,
  pending: null,
  status: 'loading',
  error: null,
  transport: 'none',
}

/** Ties one poll on one server to an element's life: watches while connected, asks for an update at every change. */
export class PollController implements ReactiveController {
  /** The newest state, also after the connection is lost. */
  watched: WatchedPoll = nothingYet
  /** Whether the connection has been gone for more than a moment. */
  offline = false

  readonly #host: ReactiveControllerHost & EventTarget
  readonly #onChange: (now: WatchedPoll, before: WatchedPoll) => void
  #server = ''
  #pollId = ''
  #connected = false
  #client: PollClient | undefined
  #unwatch: (() => void) | undefined
  #patience: ReturnType<typeof setTimeout> | undefined

  constructor(
    host: ReactiveControllerHost & EventTarget,
    onChange: (now: WatchedPoll, before: WatchedPoll) => void,
  ) {
    this.#host = host
    this.#onChange = onChange
    host.addController(this)
  }

  hostConnected(): void {
    this.#connected = true
    this.#start()
  }

  hostDisconnected(): void {
    this.#connected = false
    this.#stop()
  }

  /** Watches this poll from now on and forgets any other. An empty id watches nothing. */
  follow(server: string, pollId: string): void {
    if (server === this.#server && pollId === this.#pollId) return
    this.#stop()
    this.#server = server
    this.#pollId = pollId
    this.watched = nothingYet
    this.#start()
  }

  /**
   * Resolves when the vote is committed. The client outlives the element until the vote is answered.
   * @throws PollError
   */
  async vote(choices: readonly number[]): Promise<VoteReceipt> {
    const server = this.#server
    const client = borrowClient(server)
    try {
      return await client.vote(this.#pollId, [...choices])
    } finally {
      returnClient(server)
    }
  }

  #start(): void {
    if (!this.#connected || !this.#pollId || this.#client) return
    this.#client = borrowClient(this.#server)
    this.#unwatch = this.#client.watch(this.#pollId, (state) => this.#take(state))
  }

  #stop(): void {
    if (!this.#client) return
    this.#unwatch?.()
    returnClient(this.#server)
    this.#client = undefined
    this.#setOffline(false)
  }

  #take(state: WatchedPoll): void {
    const before = this.watched
    this.watched = state
    this.#setOffline(state.transport === 'none' && state.status !== 'not-found')
    this.#onChange(state, before)
    this.#host.requestUpdate()
  }

  #setOffline(lost: boolean): void {
    if (!lost) {
      clearTimeout(this.#patience)
      this.#patience = undefined
      this.offline = false
    } else if (!this.offline) {
      this.#patience ??= setTimeout(() => {
        this.offline = true
        this.#host.requestUpdate()
      }, patience)
    }
  }
}
