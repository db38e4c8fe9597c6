import { reach } from '../ports/failpoints.ts'
import type { ChannelServer } from './channel-server.ts'

/** Who is subscribed to what, for servers that have no topics of their own. */
export interface Topics<Socket> extends ChannelServer {
  add(topic: string, socket: Socket): void
  remove(topic: string, socket: Socket): void
  /** Takes a socket off every topic. */
  removeAll(socket: Socket): void
}

/**
 * @param encode what is sent to every socket alike; called once a frame
 * @param send must not wait
 */
export function createTopics<Socket, Encoded>(
  encode: (frame: string) => Encoded,
  send: (socket: Socket, encoded: Encoded) => void,
): Topics<Socket> {
  const sockets = new Map<string, Set<Socket>>()
  const topics = new Map<Socket, Set<string>>()

  return {
    add(topic, socket) {
      put(sockets, topic, socket)
      put(topics, socket, topic)
    },
    remove(topic, socket) {
      take(sockets, topic, socket)
      take(topics, socket, topic)
    },
    removeAll(socket) {
      for (const topic of topics.get(socket) ?? []) take(sockets, topic, socket)
      topics.delete(socket)
    },
    publish(topic, frame) {
      const subscribed = sockets.get(topic)
      if (!subscribed) return
      const encoded = encode(frame)
      for (const socket of subscribed) {
        send(socket, encoded)
        FAILPOINT: if (subscribed.size > 1) reach('midFanout')
      }
    },
  }
}

function put<K, V>(sets: Map<K, Set<V>>, key: K, value: V) {
  const set = sets.get(key)
  if (set) set.add(value)
  else sets.set(key, new Set([value]))
}

function take<K, V>(sets: Map<K, Set<V>>, key: K, value: V) {
  const set = sets.get(key)
  if (set?.delete(value) && set.size === 0) sets.delete(key)
}
