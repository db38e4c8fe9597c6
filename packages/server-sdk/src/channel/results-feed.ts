import { encode, type ResultsMessage, type StateMessage } from '@live-poll/client-sdk/protocol'
import { isNewerSnapshot, isSameAudience, isSameFace } from '../domain/snapshot.ts'
import type { PollSnapshot, ResultsBus } from '../ports/results-bus.ts'
import type { Board } from '../results/board.ts'

/** One socket's watching of one poll. */
export interface Watcher {
  /**
   * Who may see what may have changed: to be on the right topic when this returns. The frames are published next.
   * @param isStateNew whether whoever may not see results is told
   */
  turn(snapshot: PollSnapshot, isStateNew: boolean): void
  /** The poll is gone, and with it the watching: the feed has let go. */
  deleted(): void
}

/** The host's own code, following one poll: it is told all of it, whoever may see it. */
export interface Listener {
  snapshot(snapshot: PollSnapshot): void
  /** The poll is gone: the feed has let go. */
  deleted(): void
  /** Nothing comes any more. */
  closed(): void
}

/**
 * Carries snapshots from the board to the sockets that watch a poll, each encoded once for all. A poll has two topics:
 * one for whoever may see its results, and one for the rest, on which nothing is published that votes bring about.
 */
export interface ResultsFeed {
  resultsTopic(pollId: string): string
  stateTopic(pollId: string): string
  /** @returns the poll's id, one string for all who watch it */
  join(pollId: string, watcher: Watcher): string
  leave(pollId: string, watcher: Watcher): void
  /** Tells each snapshot that is newer than the one before it. A listener counts as nobody who watches. @returns leaves */
  listen(pollId: string, listener: Listener): () => void
  /** Polls that somebody watches, on this node. */
  watched(): readonly string[]
  /** Sockets that watch the poll, on this node. The host's own code is none. */
  watching(pollId: string): number
  /** The same, of all polls together. */
  watchers(): number
  /**
   * Tells what a watcher of the poll has read, before it is on a topic: whoever watched before is told of it where it
   * is more than counts, and nobody is told again of what is not newer.
   */
  hasRead(snapshot: PollSnapshot): void
  /** The newest of what was published to the watchers, or read by one of them. */
  newest(pollId: string): PollSnapshot | undefined
  resultsFrame(snapshot: PollSnapshot): ResultsMessage
  stateFrame(snapshot: PollSnapshot): StateMessage
  close(): void
}

interface Room {
  readonly pollId: string
  /** One string for all who are on it. */
  readonly topics: { readonly results: string; readonly state: string }
  readonly watchers: Set<Watcher>
  readonly listeners: Set<Listener>
  last?: PollSnapshot
}

/** @param bus hears of a poll from other nodes for as long as somebody here watches it */
export function createResultsFeed(
  board: Pick<Board, 'onNews'>,
  bus: Pick<ResultsBus, 'follow' | 'unfollow'>,
  publish: (topic: string, frame: string) => void,
): ResultsFeed {
  const rooms = new Map<string, Room>()
  const topicsOf = (pollId: string) =>
    rooms.get(pollId)?.topics ?? { results: `results/${pollId}`, state: `state/${pollId}` }
  const watching = (pollId: string) => rooms.get(pollId)?.watchers.size ?? 0

  function resultsFrame({ pollId, results }: PollSnapshot): ResultsMessage {
    return { type: 'results', ...results, watching: watching(pollId) }
  }

  function stateFrame({ pollId, results: { epoch, state, edition } }: PollSnapshot): StateMessage {
    return { type: 'state', pollId, epoch, state, edition }
  }

  function take(room: Room, snapshot: PollSnapshot) {
    const { last } = room
    if (last && !isNewerSnapshot(snapshot, last)) return
    room.last = snapshot
    const hasTurned = last !== undefined && !isSameAudience(snapshot, last)
    // That enough have voted is not for those who see nothing of it: it would count for them.
    const isStateNew = hasTurned && !isSameFace(snapshot, last)
    if (hasTurned) for (const watcher of room.watchers) watcher.turn(snapshot, isStateNew)
    publish(room.topics.results, encode(resultsFrame(snapshot)))
    if (isStateNew) publish(room.topics.state, encode(stateFrame(snapshot)))
    for (const listener of room.listeners) listener.snapshot(snapshot)
  }

  function enter(pollId: string): Room {
    const known = rooms.get(pollId)
    if (known) return known
    const room = { pollId, topics: topicsOf(pollId), watchers: new Set<Watcher>(), listeners: new Set<Listener>() }
    rooms.set(pollId, room)
    bus.follow(pollId)
    return room
  }

  function close(pollId: string) {
    rooms.delete(pollId)
    bus.unfollow(pollId)
  }

  function closeIfEmpty(pollId: string, room: Room) {
    if (room.watchers.size === 0 && room.listeners.size === 0 && rooms.get(pollId) === room) close(pollId)
  }

  const stop = board.onNews((news) => {
    const room = rooms.get(news.pollId)
    if (!room) return
    if (news.kind === 'snapshot') return take(room, news)
    close(news.pollId)
    for (const watcher of room.watchers) watcher.deleted()
    for (const listener of room.listeners) listener.deleted()
  })

  return {
    resultsTopic: (pollId) => topicsOf(pollId).results,
    stateTopic: (pollId) => topicsOf(pollId).state,
    join(pollId, watcher) {
      const room = enter(pollId)
      room.watchers.add(watcher)
      return room.pollId
    },
    leave(pollId, watcher) {
      const room = rooms.get(pollId)
      if (room?.watchers.delete(watcher)) closeIfEmpty(pollId, room)
    },
    listen(pollId, listener) {
      const room = enter(pollId)
      room.listeners.add(listener)
      return () => {
        if (room.listeners.delete(listener)) closeIfEmpty(pollId, room)
      }
    },
    watched: () => [...rooms.keys()],
    watching,
    watchers() {
      let sum = 0
      for (const { watchers } of rooms.values()) sum += watchers.size
      return sum
    },
    hasRead(snapshot) {
      const room = rooms.get(snapshot.pollId)
      if (!room) return
      // Newer counts come with the board's next publication, at its pace.
      if (room.last && isSameAudience(snapshot, room.last)) return
      if (room.last) take(room, snapshot)
      else room.last = snapshot
    },
    newest: (pollId) => rooms.get(pollId)?.last,
    resultsFrame,
    stateFrame,
    close() {
      stop()
      for (const { listeners } of rooms.values()) for (const listener of listeners) listener.closed()
    },
  }
}
