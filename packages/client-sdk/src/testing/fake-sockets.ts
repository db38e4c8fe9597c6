import type { WebSocketConstructor, WebSocketLike } from '../live/connection.ts'
import { closeCodes } from '../protocol/close-codes.ts'
import { encode } from '../protocol/codec.ts'
import { decodeClientMessage } from '../protocol/decode-client-message.ts'
import { pollError } from '../protocol/errors.ts'
import type { ClientMessage, ServerMessage, VoteMessage } from '../protocol/messages.ts'
import { PollError } from '../protocol/poll-error.ts'
import type { FakeHouse } from './fake-house.ts'
import type { FakeVoters } from './fake-voters.ts'

export interface FakeSockets {
  readonly WebSocket: WebSocketConstructor
  /** Ends every connection as a lost line does. */
  cut(): void
}

type Handler = ((event: { readonly data?: string; readonly code?: number }) => void) | null

/** WebSockets that lead to a fake server, and speak the channel's protocol. */
export function createFakeSockets(house: FakeHouse, voters: FakeVoters): FakeSockets {
  const sockets = new Set<FakeWebSocket>()

  class FakeWebSocket implements WebSocketLike {
    onopen: Handler = null
    onmessage: Handler = null
    onclose: Handler = null
    onerror: Handler = null
    readonly #watched = new Set<string>()
    #voter: string | null = null
    #isOpen = true
    /** What happens on this line, in order. */
    #line = Promise.resolve()

    constructor() {
      sockets.add(this)
      house.watchers.add(this.#tell)
      this.#next(() => (house.isOnline ? this.onopen?.({}) : this.end(1006)))
    }

    send(text: string): void {
      this.#next(() => {
        const decoded = decodeClientMessage(text)
        if (decoded.ok) this.#take(decoded.value)
        else if (decoded.reply) this.#reject(decoded.reply, pollError(decoded.code, { issues: decoded.issues }))
        else this.end(closeCodes.BAD_MESSAGES)
      })
    }

    close(): void {
      this.#next(() => this.end(1000))
    }

    end(code: number): void {
      if (!this.#isOpen) return
      this.#isOpen = false
      sockets.delete(this)
      house.watchers.delete(this.#tell)
      this.onclose?.({ code })
    }

    #next(happen: () => void): void {
      this.#line = this.#line.then(house.wait).then(() => {
        if (this.#isOpen) happen()
      })
    }

    #say(message: ServerMessage): void {
      this.onmessage?.({ data: encode(message) })
    }

    #take(message: ClientMessage): void {
      if (message.type === 'hello') this.#greet(message.ticket ?? message.token)
      else if (message.type === 'watch') this.#watch(message.pollId)
      else if (message.type === 'unwatch') this.#watched.delete(message.pollId)
      else if (message.type === 'vote') this.#vote(message)
      else this.#say({ type: 'pong' })
    }

    #greet(credential: string | undefined): void {
      try {
        this.#voter = voters.who(credential)
        this.#say({ type: 'welcome', voterId: this.#voter })
        for (const pollId of this.#watched) this.#watch(pollId)
      } catch {
        this.end(closeCodes.NOT_ADMITTED)
      }
    }

    #watch(pollId: string): void {
      const box = house.boxes.get(pollId)
      if (!box) {
        const { code, message } = pollError('POLL_NOT_FOUND')
        return this.#say({ type: 'error', code, message, pollId })
      }
      this.#watched.add(pollId)
      const poll = box.pollFor(this.#voter)
      const now = new Date().toISOString()
      this.#say({ type: 'poll', poll, vote: box.vote(this.#voter), now, ...(poll.results && { watching: 1 }) })
    }

    #vote({ pollId, ...vote }: VoteMessage): void {
      try {
        if (this.#voter === null) throw pollError('UNAUTHENTICATED')
        this.#say({ type: 'voted', pollId, ...house.vote(pollId, this.#voter, vote) })
      } catch (error) {
        if (!(error instanceof PollError)) throw error
        this.#reject({ voteId: vote.voteId, pollId }, error)
      }
    }

    #reject(about: { readonly voteId: string; readonly pollId: string }, { code, message, details }: PollError): void {
      const { requestId: _, ...rest } = details
      this.#say({ type: 'rejected', ...rest, ...about, code, message })
    }

    #tell = (pollId: string): void => {
      if (!this.#watched.has(pollId)) return
      this.#next(() => {
        const poll = house.box(pollId).pollFor(this.#voter)
        if (poll.results) return this.#say({ type: 'results', ...poll.results, watching: 1 })
        const { epoch, state, edition } = poll
        this.#say({ type: 'state', pollId, epoch, state, edition })
      })
    }
  }

  return {
    WebSocket: FakeWebSocket,
    cut() {
      for (const socket of [...sockets]) socket.end(1006)
    },
  }
}
