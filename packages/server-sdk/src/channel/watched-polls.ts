import { isNewer, type PollError, pollError, type ServerMessage, type Vote } from '@live-poll/client-sdk/protocol'
import { type OwnReading, pollFor, type ReadOwn, snapshotOf, withSnapshot } from '../actions/read-poll.ts'
import { isSameFace } from '../domain/snapshot.ts'
import { maySeeResults, type Viewer, viewerOf } from '../domain/visibility.ts'
import type { Admitted } from '../domain/voter.ts'
import type { PollSnapshot } from '../ports/results-bus.ts'
import type { ChannelSocket } from './channel-server.ts'
import type { ChannelLimits } from './limits.ts'
import type { ResultsFeed, Watcher } from './results-feed.ts'

export interface WatchedPollsParts {
  readonly readOwn: ReadOwn
  readonly feed: ResultsFeed
  readonly limits: Pick<ChannelLimits, 'watchedPolls'>
}

/** Whoever has the socket. */
export interface Teller {
  send(message: ServerMessage): void
  sendFailure(error: unknown, pollId: string): void
}

/** Who watches: a voter, a relay, or anyone. */
type Asker = Admitted | 'relay' | undefined

/** The own vote, as far as it decides what may be seen. */
interface OwnVote {
  readonly epoch: number
  readonly revision: number
  readonly viewer: Viewer
}

const noVote: OwnVote = { epoch: 0, revision: 0, viewer: 'public' }

const none: readonly Watch[] = []

/** Readings until one is not behind what was published on the way. */
const maxReadings = 3

/**
 * What one connection watches, and what it may see of it. Ten thousand of them share a node: nothing of it is a closure,
 * which would be made anew for each.
 */
export class WatchedPolls {
  readonly #socket: Pick<ChannelSocket, 'subscribe' | 'unsubscribe'>
  readonly #parts: WatchedPollsParts
  readonly #teller: Teller
  /** Nearly always one, for which a map would be five times as large. */
  #watched = none
  /** Asked for while the socket was paused, in order, one for each answer: a poll may be large. */
  #owed: Watch[] | undefined
  #isPaused = false

  constructor(socket: Pick<ChannelSocket, 'subscribe' | 'unsubscribe'>, parts: WatchedPollsParts, teller: Teller) {
    this.#socket = socket
    this.#parts = parts
    this.#teller = teller
  }

  /** Answers by exactly one `poll` or `error`, whatever follows. */
  async watch(pollId: string, asker: Asker): Promise<void> {
    const most = this.#parts.limits.watchedPolls
    const known = this.#find(pollId)
    if (!known && this.#watched.length >= most) return this.#teller.sendFailure(tooMany(most), pollId)
    const watch = known ?? this.#join(pollId)
    watch.asker = asker
    await this.#ask(watch)
  }

  unwatch(pollId: string) {
    const watch = this.#find(pollId)
    if (!watch) return
    this.#forget(watch)
    this.#parts.feed.leave(pollId, watch)
    this.#goTo(watch, undefined)
  }

  /** A vote of this connection's own voter has been acknowledged. To be called after the acknowledgement is sent. */
  acknowledged(
    pollId: string,
    { epoch, revision, choices }: { epoch: number; revision: number; choices: Vote['choices'] },
  ) {
    const watch = this.#find(pollId)
    if (!watch) return
    watch.remember({ epoch, revision, viewer: viewerOf({ choices }) })
    const newest = this.#parts.feed.newest(pollId)
    if (!watch.isAnswered || !newest) return
    const { seesResults } = watch
    this.#place(watch, newest)
    if (watch.seesResults && !seesResults && !this.#isPaused) {
      this.#teller.send(this.#parts.feed.resultsFrame(newest))
    }
  }

  /** From here on nothing is published to the socket, and no question answered; what it misses is owed. */
  pause() {
    this.#isPaused = true
    for (const watch of this.#watched) this.#goTo(watch, undefined)
  }

  /** Pays what is owed, of results the newest only, and goes on: until the socket has enough of it again. */
  resume() {
    const { feed } = this.#parts
    this.#isPaused = false
    for (const watch of this.#watched) {
      if (this.#isPaused) return
      const newest = feed.newest(watch.pollId)
      if (!watch.isAnswered || !newest) continue
      this.#place(watch, newest)
      if (watch.seesResults) this.#teller.send(feed.resultsFrame(newest))
      else if (watch.owesState) this.#teller.send(feed.stateFrame(newest))
      watch.owesState = false
    }
    const due = this.#owed ?? []
    this.#owed = undefined
    for (const watch of due) {
      watch.pending--
      void this.#ask(watch)
    }
  }

  /** The connection is over. */
  leave() {
    for (const watch of this.#watched) this.#parts.feed.leave(watch.pollId, watch)
    this.#watched = none
    this.#owed = undefined
  }

  /** As `Watcher`, of one of them. */
  turn(watch: Watch, snapshot: PollSnapshot, isStateNew: boolean) {
    if (!watch.isAnswered) return
    if (snapshot.visibility.isPrivate && !watch.isPrivate) return this.#lookAgain(watch)
    this.#place(watch, snapshot)
    if (this.#isPaused && isStateNew) watch.owesState = true
  }

  /** As `Watcher`, of one of them. */
  deleted(watch: Watch) {
    this.#forget(watch)
    watch.isGone = true
    this.#goTo(watch, undefined)
    if (watch.isAnswered) this.#teller.sendFailure(pollError('POLL_NOT_FOUND'), watch.pollId)
  }

  #find(pollId: string): Watch | undefined {
    return this.#watched.find((watch) => watch.pollId === pollId)
  }

  #forget(watch: Watch) {
    this.#watched = this.#watched.filter((other) => other !== watch)
  }

  #join(pollId: string): Watch {
    const watch = new Watch(pollId, this)
    this.#watched = [...this.#watched, watch]
    this.#parts.feed.join(pollId, watch)
    return watch
  }

  /** The poll has become private: who may not see it is told that there is none, as if they had asked just now. */
  #lookAgain(watch: Watch) {
    watch.isAnswered = false
    this.#goTo(watch, undefined)
    void this.#ask(watch)
  }

  /** Puts it on the topic of what its viewer may see. */
  #place(watch: Watch, { pollId, results, visibility }: PollSnapshot) {
    const { feed } = this.#parts
    watch.seesResults = maySeeResults(visibility, results.state, watch.viewerIn(results.epoch))
    const topic = watch.seesResults ? feed.resultsTopic(pollId) : feed.stateTopic(pollId)
    this.#goTo(watch, this.#isPaused ? undefined : topic)
  }

  #goTo(watch: Watch, topic: string | undefined) {
    const { topic: left } = watch
    if (topic === left) return
    watch.topic = topic
    // In this order: uWebSockets.js forgets what waits for a socket that leaves its last topic.
    if (topic !== undefined) this.#socket.subscribe(topic)
    if (left !== undefined) this.#socket.unsubscribe(left)
  }

  async #ask(watch: Watch): Promise<void> {
    const { pollId } = watch
    watch.pending++
    const outcome = this.#isPaused ? 'owed' : await this.#read(watch).catch((error: unknown) => ({ error }))
    if (outcome === 'owed' || this.#isPaused) {
      this.#owed ??= []
      this.#owed.push(watch)
      return
    }
    watch.pending--
    try {
      if ('error' in outcome) throw outcome.error
      if (watch.isGone) throw pollError('POLL_NOT_FOUND')
      this.#answer(watch, outcome)
    } catch (error) {
      // One that was answered, or still may be, goes on.
      if (this.#watched.includes(watch) && !watch.isAnswered && watch.pending === 0) this.unwatch(pollId)
      this.#teller.sendFailure(error, pollId)
    }
  }

  /** Not older than what any watcher of the poll on this node has been told. */
  async #read({ pollId, asker }: Watch): Promise<OwnReading> {
    for (let time = 1; ; time++) {
      const own = await this.#parts.readOwn(pollId, asker)
      const newest = this.#parts.feed.newest(pollId)
      const reading = newest ? withSnapshot(own.reading, newest) : own.reading
      if (reading || time === maxReadings) return { ...own, reading: reading ?? own.reading }
    }
  }

  #answer(watch: Watch, { reading, vote }: OwnReading) {
    const { feed } = this.#parts
    const { pollId } = watch
    const snapshot = snapshotOf(reading)
    const { epoch } = snapshot.results
    const last = feed.newest(pollId)
    // It has become private since it was read: whether it is there for this watcher, nobody has asked.
    const isOvertaken = last?.visibility.isPrivate && !reading.poll.isPrivate
    if (isOvertaken && isNewer(last.results, snapshot.results)) throw pollError('UNAVAILABLE')
    watch.remember({ epoch, revision: vote?.revision ?? 0, viewer: viewerOf(vote) })
    if (this.#watched.includes(watch)) {
      watch.isPrivate = reading.poll.isPrivate
      feed.hasRead(snapshot) // told to those who watch already, and to this one below
      watch.isAnswered = true
      this.#place(watch, feed.newest(pollId) ?? snapshot)
    }
    const poll = pollFor(reading, watch.viewerIn(epoch))
    const now = reading.now.toISOString()
    this.#teller.send({ type: 'poll', poll, vote, now, ...(poll.results && { watching: feed.watching(pollId) }) })
    const newest = feed.newest(pollId)
    if (this.#watched.includes(watch) && newest && isNewer(newest.results, snapshot.results)) {
      this.#catchUp(watch, newest, snapshot)
    }
  }

  /** Tells what was published while the watch was on no topic. */
  #catchUp(watch: Watch, newest: PollSnapshot, answered: PollSnapshot) {
    const { feed } = this.#parts
    const isStateNew = !isSameFace(newest, answered)
    if (this.#isPaused) watch.owesState ||= isStateNew
    else if (watch.seesResults) this.#teller.send(feed.resultsFrame(newest))
    else if (isStateNew) this.#teller.send(feed.stateFrame(newest))
  }
}

class Watch implements Watcher {
  readonly pollId: string
  readonly #among: WatchedPolls
  /** Who asked last. */
  asker: Asker
  /** Whether the poll was private when it was last answered, and there for who asked. */
  isPrivate = false
  /** `watch` messages that are not answered yet. */
  pending = 0
  /** Whether one of them was answered by the poll: only then it is on a topic. */
  isAnswered = false
  isGone = false
  #own = noVote
  seesResults = false
  topic: string | undefined
  /** Whether a state frame was published while the socket was paused. */
  owesState = false

  constructor(pollId: string, among: WatchedPolls) {
    this.pollId = pollId
    this.#among = among
  }

  remember(vote: OwnVote) {
    const { epoch, revision } = this.#own
    if (vote.epoch < epoch || (vote.epoch === epoch && vote.revision < revision)) return
    this.#own = vote
  }

  viewerIn(epoch: number): Viewer {
    return this.#own.epoch === epoch ? this.#own.viewer : 'public'
  }

  turn(snapshot: PollSnapshot, isStateNew: boolean) {
    this.#among.turn(this, snapshot, isStateNew)
  }

  deleted() {
    this.#among.deleted(this)
  }
}

function tooMany(most: number): PollError {
  return pollError('INVALID', {}, `A connection watches at most ${most} polls.`)
}
