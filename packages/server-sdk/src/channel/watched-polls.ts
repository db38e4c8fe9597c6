import { isNewer, type PollError, pollError, type ServerMessage, type Vote } from '@live-poll/client-sdk/protocol'
import { type OwnReading, pollFor, type ReadOwn, snapshotOf, withSnapshot } from '../actions/read-poll.ts'
import { isSameFace } from '../domain/snapshot.ts'
import { maySeeResults, type Viewer, viewerOf } from '../domain/visibility.ts'
import type { Admitted } from '../domain/voter.ts'
import type { PollSnapshot } from '../ports/results-bus.ts'
import type { ChannelSocket } from './channel-server.ts'
import type { ResultsFeed, Watcher } from './results-feed.ts'

export interface WatchedPollsParts {
  readonly readOwn: ReadOwn
  readonly feed: ResultsFeed
  /** Polls one connection may watch. */
  readonly most: number
  send(message: ServerMessage): void
  sendError(error: unknown, pollId: string): void
}

/** What one connection watches, and what it may see of it. */
export interface WatchedPolls {
  /** Answers by exactly one `poll` or `error`, whatever follows. */
  watch(pollId: string, asker: Asker): Promise<void>
  unwatch(pollId: string): void
  /** A vote of this connection's own voter has been acknowledged. To be called after the acknowledgement is sent. */
  acknowledged(pollId: string, vote: { epoch: number; revision: number; choices: Vote['choices'] }): void
  /** From here on nothing is published to the socket, and no question answered; what it misses is owed. */
  pause(): void
  /** Pays what is owed, of results the newest only, and goes on: until the socket has enough of it again. */
  resume(): void
  /** The connection is over. */
  leave(): void
}

/** Who watches: a voter, a relay, or anyone. */
type Asker = Admitted | 'relay' | undefined

/** The own vote, as far as it decides what may be seen. */
interface OwnVote {
  readonly epoch: number
  readonly revision: number
  readonly viewer: Viewer
}

interface Watch extends Watcher {
  readonly pollId: string
  /** Who asked last. */
  asker: Asker
  /** Whether the poll was private when it was last answered, and there for who asked. */
  isPrivate: boolean
  /** `watch` messages that are not answered yet. */
  pending: number
  /** Whether one of them was answered by the poll: only then it is on a topic. */
  isAnswered: boolean
  isGone: boolean
  own: OwnVote
  seesResults: boolean
  topic: string | undefined
  /** Whether a state frame was published while the socket was paused. */
  owesState: boolean
}

const noVote: OwnVote = { epoch: 0, revision: 0, viewer: 'public' }

/** Readings until one is not behind what was published on the way. */
const maxReadings = 3

export function createWatchedPolls(socket: ChannelSocket, parts: WatchedPollsParts): WatchedPolls {
  const { feed, send } = parts
  const watched = new Map<string, Watch>()
  /** Asked for while the socket was paused, in order, one for each answer: a poll may be large. */
  let owed: Watch[] = []
  let isPaused = false

  function join(pollId: string, asker: Asker): Watch {
    const watch: Watch = {
      pollId,
      asker,
      isPrivate: false,
      pending: 0,
      isAnswered: false,
      isGone: false,
      own: noVote,
      seesResults: false,
      topic: undefined,
      owesState: false,
      turn(snapshot, isStateNew) {
        if (!watch.isAnswered) return
        if (snapshot.visibility.isPrivate && !watch.isPrivate) return lookAgain(watch)
        place(watch, snapshot)
        if (isPaused && isStateNew) watch.owesState = true
      },
      deleted() {
        watched.delete(pollId)
        watch.isGone = true
        goTo(watch, undefined)
        if (watch.isAnswered) parts.sendError(pollError('POLL_NOT_FOUND'), pollId)
      },
    }
    watched.set(pollId, watch)
    feed.join(pollId, watch)
    return watch
  }

  /** The poll has become private: who may not see it is told that there is none, as if they had asked just now. */
  function lookAgain(watch: Watch) {
    watch.isAnswered = false
    goTo(watch, undefined)
    void ask(watch)
  }

  /** Puts it on the topic of what its viewer may see. */
  function place(watch: Watch, { pollId, results, visibility }: PollSnapshot) {
    const viewer = watch.own.epoch === results.epoch ? watch.own.viewer : 'public'
    watch.seesResults = maySeeResults(visibility, results.state, viewer)
    const topic = watch.seesResults ? feed.resultsTopic(pollId) : feed.stateTopic(pollId)
    goTo(watch, isPaused ? undefined : topic)
  }

  function goTo(watch: Watch, topic: string | undefined) {
    const { topic: left } = watch
    if (topic === left) return
    watch.topic = topic
    // In this order: uWebSockets.js forgets what waits for a socket that leaves its last topic.
    if (topic !== undefined) socket.subscribe(topic)
    if (left !== undefined) socket.unsubscribe(left)
  }

  function remember(watch: Watch, vote: OwnVote) {
    const { epoch, revision } = watch.own
    if (vote.epoch < epoch || (vote.epoch === epoch && vote.revision < revision)) return
    watch.own = vote
  }

  /** Not older than what any watcher of the poll on this node has been told. */
  async function read({ pollId, asker }: Watch): Promise<OwnReading> {
    for (let time = 1; ; time++) {
      const own = await parts.readOwn(pollId, asker)
      const newest = feed.newest(pollId)
      const reading = newest ? withSnapshot(own.reading, newest) : own.reading
      if (reading || time === maxReadings) return { ...own, reading: reading ?? own.reading }
    }
  }

  function answer(watch: Watch, { reading, vote }: OwnReading) {
    const { pollId } = watch
    const snapshot = snapshotOf(reading)
    const { epoch } = snapshot.results
    const last = feed.newest(pollId)
    // It has become private since it was read: whether it is there for this watcher, nobody has asked.
    const isOvertaken = last?.visibility.isPrivate && !reading.poll.isPrivate
    if (isOvertaken && isNewer(last.results, snapshot.results)) throw pollError('UNAVAILABLE')
    remember(watch, { epoch, revision: vote?.revision ?? 0, viewer: viewerOf(vote) })
    if (watched.get(pollId) === watch) {
      watch.isPrivate = reading.poll.isPrivate
      feed.hasRead(snapshot) // told to those who watch already, and to this one below
      watch.isAnswered = true
      place(watch, feed.newest(pollId) ?? snapshot)
    }
    const poll = pollFor(reading, watch.own.epoch === epoch ? watch.own.viewer : 'public')
    const now = reading.now.toISOString()
    send({ type: 'poll', poll, vote, now, ...(poll.results && { watching: feed.watching(pollId) }) })
    const newest = feed.newest(pollId)
    if (watched.get(pollId) === watch && newest && isNewer(newest.results, snapshot.results)) {
      catchUp(watch, newest, snapshot)
    }
  }

  /** Tells what was published while the watch was on no topic. */
  function catchUp(watch: Watch, newest: PollSnapshot, answered: PollSnapshot) {
    const isStateNew = !isSameFace(newest, answered)
    if (isPaused) watch.owesState ||= isStateNew
    else if (watch.seesResults) send(feed.resultsFrame(newest))
    else if (isStateNew) send(feed.stateFrame(newest))
  }

  function unwatch(pollId: string) {
    const watch = watched.get(pollId)
    if (!watch) return
    watched.delete(pollId)
    feed.leave(pollId, watch)
    goTo(watch, undefined)
  }

  async function ask(watch: Watch): Promise<void> {
    const { pollId } = watch
    watch.pending++
    const outcome = isPaused ? 'owed' : await read(watch).catch((error: unknown) => ({ error }))
    if (outcome === 'owed' || isPaused) return void owed.push(watch)
    watch.pending--
    try {
      if ('error' in outcome) throw outcome.error
      if (watch.isGone) throw pollError('POLL_NOT_FOUND')
      answer(watch, outcome)
    } catch (error) {
      // One that was answered, or still may be, goes on.
      if (watched.get(pollId) === watch && !watch.isAnswered && watch.pending === 0) unwatch(pollId)
      parts.sendError(error, pollId)
    }
  }

  return {
    async watch(pollId, asker) {
      if (!watched.has(pollId) && watched.size >= parts.most) {
        return parts.sendError(tooMany(parts.most), pollId)
      }
      const watch = watched.get(pollId) ?? join(pollId, asker)
      watch.asker = asker
      await ask(watch)
    },

    unwatch,

    acknowledged(pollId, { epoch, revision, choices }) {
      const watch = watched.get(pollId)
      if (!watch) return
      remember(watch, { epoch, revision, viewer: viewerOf({ choices }) })
      const newest = feed.newest(pollId)
      if (!watch.isAnswered || !newest) return
      const { seesResults } = watch
      place(watch, newest)
      if (watch.seesResults && !seesResults && !isPaused) send(feed.resultsFrame(newest))
    },

    pause() {
      isPaused = true
      for (const watch of watched.values()) goTo(watch, undefined)
    },

    resume() {
      isPaused = false
      for (const watch of watched.values()) {
        if (isPaused) return
        const newest = feed.newest(watch.pollId)
        if (!watch.isAnswered || !newest) continue
        place(watch, newest)
        if (watch.seesResults) send(feed.resultsFrame(newest))
        else if (watch.owesState) send(feed.stateFrame(newest))
        watch.owesState = false
      }
      const due = owed
      owed = []
      for (const watch of due) {
        watch.pending--
        void ask(watch)
      }
    },

    leave() {
      for (const watch of watched.values()) feed.leave(watch.pollId, watch)
      watched.clear()
      owed = []
    },
  }
}

function tooMany(most: number): PollError {
  return pollError('INVALID', {}, `A connection watches at most ${most} polls.`)
}
