import { isNewer, type PollError, pollError, type ServerMessage, type Vote } from '@live-poll/client-sdk/protocol'
import { type OwnReading, pollFor, type ReadOwn, snapshotOf, withSnapshot } from '../actions/read-poll.ts'
import { isSameFace } from '../domain/snapshot.ts'
import { maySeeResults, viewerOf } from '../domain/visibility.ts'
import type { PollSnapshot } from '../ports/results-bus.ts'
import type { ChannelSocket } from './channel-server.ts'
import type { ChannelLimits } from './limits.ts'
import type { ResultsFeed } from './results-feed.ts'
import { type Among, type Asker, Watch } from './watch.ts'

export interface WatchedPollsParts {
  readonly readOwn: ReadOwn
  readonly feed: ResultsFeed
  readonly limits: Pick<ChannelLimits, 'watchedPolls'>
}

/** Whoever has the socket. */
export interface Teller {
  readonly socket: Pick<ChannelSocket, 'subscribe' | 'unsubscribe'>
  readonly parts: WatchedPollsParts
  send(message: ServerMessage): void
  sendFailure(error: unknown, pollId: string): void
}

/** Readings until one is not behind what was published on the way. */
const maxReadings = 3

/**
 * What one connection watches, and what it may see of it. Ten thousand of them share a node: nothing of it is a closure,
 * which would be made anew for each.
 */
export class WatchedPolls implements Among {
  readonly #teller: Teller
  /** The others hang on it. Nearly always it is the only one, for which a map would be ten times as large. */
  #first: Watch | undefined
  /** Asked for while the socket is paused, in order, one for each answer: a poll may be large. Undefined: it is not paused. */
  #owed: Watch[] | undefined

  constructor(teller: Teller) {
    this.#teller = teller
  }

  /** Answers by exactly one `poll` or `error`, whatever follows. */
  async watch(pollId: string, asker: Asker): Promise<void> {
    const most = this.#teller.parts.limits.watchedPolls
    const known = this.#find(pollId)
    if (!known && [...this.#all()].length >= most) return this.#teller.sendFailure(tooMany(most), pollId)
    const watch = known ?? this.#join(pollId)
    watch.asker = asker
    await this.#ask(watch)
  }

  unwatch(pollId: string) {
    const watch = this.#find(pollId)
    if (!watch) return
    this.#forget(watch)
    this.#feed.leave(pollId, watch)
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
    const newest = this.#feed.newest(pollId)
    if (watch.standing !== 'answered' || !newest) return
    const { seesResults } = watch
    this.#place(watch, newest)
    if (watch.seesResults && !seesResults && !this.#owed) {
      this.#teller.send(this.#feed.resultsFrame(newest))
    }
  }

  /** From here on nothing is published to the socket, and no question answered; what it misses is owed. */
  pause() {
    this.#owed = []
    for (const watch of this.#all()) this.#goTo(watch, undefined)
  }

  /** Pays what is owed, of results the newest only, and goes on: until the socket has enough of it again. */
  resume() {
    const feed = this.#feed
    const due = this.#takeOwed()
    for (const watch of this.#all()) {
      if (this.#owed) return void this.#owed.unshift(...due)
      const newest = feed.newest(watch.pollId)
      if (watch.standing !== 'answered' || !newest) continue
      this.#place(watch, newest)
      if (watch.seesResults) this.#teller.send(feed.resultsFrame(newest))
      else if (watch.owesState) this.#teller.send(feed.stateFrame(newest))
      watch.owesState = false
    }
    for (const watch of due) {
      watch.pending--
      void this.#ask(watch)
    }
  }

  /** The connection is over. */
  leave() {
    for (const watch of this.#all()) this.#feed.leave(watch.pollId, watch)
    this.#first = undefined
    this.#owed &&= []
  }

  /** As `Watcher`, of one of them. */
  turn(watch: Watch, snapshot: PollSnapshot, isStateNew: boolean) {
    if (watch.standing !== 'answered') return
    if (snapshot.visibility.isPrivate && !watch.isPrivate) return this.#lookAgain(watch)
    this.#place(watch, snapshot)
    if (this.#owed && isStateNew) watch.owesState = true
  }

  /** As `Watcher`, of one of them. */
  deleted(watch: Watch) {
    const wasAnswered = watch.standing === 'answered'
    this.#forget(watch)
    watch.standing = 'gone'
    this.#goTo(watch, undefined)
    if (wasAnswered) this.#teller.sendFailure(pollError('POLL_NOT_FOUND'), watch.pollId)
  }

  #takeOwed(): readonly Watch[] {
    const owed = this.#owed ?? []
    this.#owed = undefined
    return owed
  }

  get #feed(): ResultsFeed {
    return this.#teller.parts.feed
  }

  *#all(): Iterable<Watch> {
    for (let watch = this.#first; watch; watch = watch.next) yield watch
  }

  #find(pollId: string): Watch | undefined {
    let watch = this.#first
    while (watch && watch.pollId !== pollId) watch = watch.next
    return watch
  }

  #has(watch: Watch): boolean {
    return this.#find(watch.pollId) === watch
  }

  #forget(watch: Watch) {
    if (this.#first === watch) this.#first = watch.next
    else for (const other of this.#all()) if (other.next === watch) other.next = watch.next
  }

  #join(pollId: string): Watch {
    const watch = new Watch(pollId, this, this.#first)
    this.#first = watch
    watch.pollId = this.#feed.join(pollId, watch)
    return watch
  }

  /** The poll has become private: who may not see it is told that there is none, as if they had asked just now. */
  #lookAgain(watch: Watch) {
    watch.standing = 'asked'
    this.#goTo(watch, undefined)
    void this.#ask(watch)
  }

  /** Puts it on the topic of what its viewer may see. */
  #place(watch: Watch, { pollId, results, visibility }: PollSnapshot) {
    const feed = this.#feed
    watch.seesResults = maySeeResults(visibility, results.state, watch.viewerIn(results.epoch))
    const topic = watch.seesResults ? feed.resultsTopic(pollId) : feed.stateTopic(pollId)
    this.#goTo(watch, this.#owed ? undefined : topic)
  }

  #goTo(watch: Watch, topic: string | undefined) {
    const { topic: left } = watch
    if (topic === left) return
    watch.topic = topic
    // In this order: uWebSockets.js forgets what waits for a socket that leaves its last topic.
    if (topic !== undefined) this.#teller.socket.subscribe(topic)
    if (left !== undefined) this.#teller.socket.unsubscribe(left)
  }

  async #ask(watch: Watch): Promise<void> {
    const { pollId } = watch
    watch.pending++
    const outcome = this.#owed ? undefined : await this.#read(watch).catch((error: unknown) => ({ error }))
    if (!outcome || this.#owed) return void this.#owed?.push(watch)
    watch.pending--
    try {
      if ('error' in outcome) throw outcome.error
      if (watch.standing === 'gone') throw pollError('POLL_NOT_FOUND')
      this.#answer(watch, outcome)
    } catch (error) {
      // One that was answered, or still may be, goes on.
      if (this.#has(watch) && watch.standing !== 'answered' && watch.pending === 0) this.unwatch(pollId)
      this.#teller.sendFailure(error, pollId)
    }
  }

  /** Not older than what any watcher of the poll on this node has been told. */
  async #read({ pollId, asker }: Watch): Promise<OwnReading> {
    for (let time = 1; ; time++) {
      const own = await this.#teller.parts.readOwn(pollId, asker)
      const newest = this.#feed.newest(pollId)
      const reading = newest ? withSnapshot(own.reading, newest) : own.reading
      if (reading || time === maxReadings) return { ...own, reading: reading ?? own.reading }
    }
  }

  #answer(watch: Watch, { reading, vote }: OwnReading) {
    const feed = this.#feed
    const { pollId } = watch
    const snapshot = snapshotOf(reading)
    const { epoch } = snapshot.results
    const last = feed.newest(pollId)
    // It has become private since it was read: whether it is there for this watcher, nobody has asked.
    const isOvertaken = last?.visibility.isPrivate && !reading.poll.isPrivate
    if (isOvertaken && isNewer(last.results, snapshot.results)) throw pollError('UNAVAILABLE')
    if (vote) watch.remember({ epoch, revision: vote.revision, viewer: viewerOf(vote) })
    if (this.#has(watch)) {
      watch.isPrivate = reading.poll.isPrivate
      feed.hasRead(snapshot) // told to those who watch already, and to this one below
      watch.standing = 'answered'
      this.#place(watch, feed.newest(pollId) ?? snapshot)
    }
    const poll = pollFor(reading, watch.viewerIn(epoch))
    const now = reading.now.toISOString()
    this.#teller.send({ type: 'poll', poll, vote, now, ...(poll.results && { watching: feed.watching(pollId) }) })
    const newest = feed.newest(pollId)
    if (this.#has(watch) && newest && isNewer(newest.results, snapshot.results)) {
      this.#catchUp(watch, newest, snapshot)
    }
  }

  /** Tells what was published while the watch was on no topic. */
  #catchUp(watch: Watch, newest: PollSnapshot, answered: PollSnapshot) {
    const feed = this.#feed
    const isStateNew = !isSameFace(newest, answered)
    if (this.#owed) watch.owesState ||= isStateNew
    else if (watch.seesResults) this.#teller.send(feed.resultsFrame(newest))
    else if (isStateNew) this.#teller.send(feed.stateFrame(newest))
  }
}

function tooMany(most: number): PollError {
  return pollError('INVALID', {}, `A connection watches at most ${most} polls.`)
}
