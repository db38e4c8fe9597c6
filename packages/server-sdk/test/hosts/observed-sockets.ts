import type { LivePoll } from '@live-poll/server-sdk'

/** What the channel did to one socket, and the socket to the channel. */
export interface ObservedSocket {
  /** Topics it was taken off, in order. */
  readonly unsubscribed: readonly string[]
  readonly closeCode: number | undefined
  readonly isTerminated: boolean
  /** The server has told the channel that it is gone. */
  readonly hasEnded: boolean
}

/** A Live Poll to attach to a WebSocket server, whose sockets can be looked at. */
export function observeSockets(livePoll: LivePoll): { livePoll: LivePoll; sockets: readonly ObservedSocket[] } {
  const sockets: ObservedSocket[] = []
  const open: LivePoll['channel']['open'] = (socket) => {
    const unsubscribed: string[] = []
    const observed = { unsubscribed, closeCode: undefined as number | undefined, isTerminated: false, hasEnded: false }
    sockets.push(observed)
    const events = livePoll.channel.open({
      origin: socket.origin,
      send: (frame) => socket.send(frame),
      cork: (work) => socket.cork(work),
      subscribe: (topic) => socket.subscribe(topic),
      buffered: () => socket.buffered(),
      unsubscribe(topic) {
        unsubscribed.push(topic)
        socket.unsubscribe(topic)
      },
      close(code, reason) {
        observed.closeCode = code
        socket.close(code, reason)
      },
      terminate() {
        observed.isTerminated = true
        socket.terminate()
      },
    })
    return {
      message: (data) => events.message(data),
      binary: () => events.binary(),
      drained: () => events.drained(),
      closed() {
        observed.hasEnded = true
        events.closed()
      },
    }
  }
  return { livePoll: { ...livePoll, channel: { ...livePoll.channel, open } }, sockets }
}
