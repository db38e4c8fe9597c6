import type { WebSocketConstructor, WebSocketLike } from '@live-poll/client-sdk'
import type { ChannelEvents, LivePoll } from '@live-poll/server-sdk'

/** A number from 0 to below 1, the next one at each call. */
export type Random = () => number

export interface UnrulyLineOptions {
  readonly livePoll: Pick<LivePoll, 'channel'>
  readonly random: Random
  /** Every frame as the server gets it. */
  onSent(frame: string, socket: UnrulySocket): void
  /** Every frame as the server sends it, before the line has had its way with it. */
  onAnswered(frame: string, socket: UnrulySocket): void
}

/** One connection over the line. */
export interface UnrulySocket {
  send(frame: string): void
}

/**
 * WebSockets straight into the channel, over a line that does to frames what no TCP connection would: those on their
 * way to a client arrive in any order, some of them again, at once or much later; votes may arrive twice.
 */
export function createUnrulyLine({ livePoll, random, onSent, onAnswered }: UnrulyLineOptions) {
  const subscribers = new Map<string, Set<(frame: string) => void>>()
  const detach = livePoll.channel.attach({
    publish(topic, frame) {
      for (const send of subscribers.get(topic) ?? []) send(frame)
    },
  })
  let onTheirWay: (() => void)[] = []
  /** Deliveries that have been made, of which one or another is made again. */
  const delivered: (() => void)[] = []
  let isDue = false

  /** Soon, so that a few frames gather and their order has room to change. */
  function deliverSoon() {
    if (isDue) return
    isDue = true
    setImmediate(() => {
      isDue = false
      const now = shuffle(onTheirWay, random)
      onTheirWay = []
      for (const deliver of now) {
        deliver()
        delivered.push(deliver)
        while (random() < 0.3) delivered[Math.floor(random() * delivered.length)]?.()
      }
    })
  }

  class UnrulyWebSocket implements WebSocketLike {
    onopen: unknown = null
    onmessage: unknown = null
    onclose: unknown = null
    onerror: unknown = null
    readonly #events: ChannelEvents
    readonly #topics = new Set<string>()
    readonly #send = (frame: string) => this.#carry(frame)
    #isClosed = false

    constructor() {
      this.#events = livePoll.channel.open({
        origin: undefined,
        send: (frame) => this.#carry(frame),
        cork: (work) => work(),
        subscribe: (topic) => {
          this.#topics.add(topic)
          const sends = subscribers.get(topic) ?? new Set()
          subscribers.set(topic, sends.add(this.#send))
        },
        unsubscribe: (topic) => {
          this.#topics.delete(topic)
          subscribers.get(topic)?.delete(this.#send)
        },
        buffered: () => 0,
        close: (code) => this.#end(code),
        terminate: () => this.#end(1006),
      })
      setImmediate(() => this.#call(this.onopen, {}))
    }

    send(frame: string): void {
      if (this.#isClosed) return
      const times = frame.startsWith('{"type":"vote"') && random() < 0.2 ? 2 : 1
      for (let time = 0; time < times; time++) {
        onSent(frame, this)
        this.#events.message(Buffer.from(frame))
      }
    }

    close(): void {
      this.#end(1000)
    }

    #carry(frame: string) {
      onAnswered(frame, this)
      const deliver = () => this.#isClosed || this.#call(this.onmessage, { data: frame })
      // A hello is answered before anything else is sent: that much order every client may rely on.
      if (frame.startsWith('{"type":"welcome"')) return setImmediate(deliver)
      onTheirWay.push(deliver)
      deliverSoon()
    }

    #end(code: number) {
      if (this.#isClosed) return
      this.#isClosed = true
      for (const topic of this.#topics) subscribers.get(topic)?.delete(this.#send)
      this.#events.closed()
      const { onclose } = this
      setImmediate(() => this.#call(onclose, { code }))
    }

    #call(handler: unknown, event: unknown) {
      if (typeof handler === 'function') handler(event)
    }
  }

  return { WebSocket: UnrulyWebSocket satisfies WebSocketConstructor, detach }
}

function shuffle<T>(items: readonly T[], random: Random): T[] {
  const shuffled = [...items]
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    ;[shuffled[last], shuffled[other]] = [shuffled[other] as T, shuffled[last] as T]
  }
  return shuffled
}
