import { isNewer, type Poll, pollError, type Results, type Vote } from '@live-poll/client-sdk/protocol'
import { isDue, type PollRecord } from '../domain/poll.ts'
import { type SignImage, toPoll, toResults } from '../domain/results.ts'
import { latched } from '../domain/snapshot.ts'
import { maySeeResults, type Viewer, type Visibility, visibilityOf } from '../domain/visibility.ts'
import type { Admitted } from '../domain/voter.ts'
import type { AuthorizedPoll } from '../identity/host-user.ts'
import type { MayView } from '../identity/may-view.ts'
import type { PollStore } from '../ports/poll-store.ts'
import type { PollSnapshot } from '../ports/results-bus.ts'
import type { Board } from '../results/board.ts'
import { coalesce } from '../results/coalesce.ts'
import { createTurns } from '../results/turns.ts'
import type { ReadVote } from './read-vote.ts'

/** Reads a poll; undefined when there is none. */
export type ReadRecord = (pollId: string) => Promise<PollRecord | undefined>

/** Turns that one reading may find and write down: a close, and in the worst case a reset and another close. */
const maxTurns = 3

/** When many polls turn at one moment, votes still find a connection. */
const settlingsAtOnce = 6

/**
 * Reads polls from SQL, one reading at a time a poll however many ask. What time or the number of voters has brought
 * about is written down before the answer: a poll whose closing time has come is closed, so that nobody sees it open
 * after its time, or closed before its last batch has committed; one whose `minVoters` have voted is revealed, so that
 * nobody sees results that a retraction could hide again.
 *
 * @param onTurn called when a reading has changed the poll, for those who watch it
 */
export function createReadRecord(
  polls: Pick<PollStore, 'read' | 'close' | 'reveal'>,
  onTurn: (pollId: string) => void = () => {},
): ReadRecord {
  const inTurn = createTurns(settlingsAtOnce)

  /** @returns whether the poll has to be read again */
  async function settle(record: PollRecord): Promise<boolean> {
    const { facts, now } = record
    if (isDue(facts, now)) {
      if ((await inTurn(() => polls.close(facts.id, 'due'))) === 'changed') onTurn(facts.id)
      return true
    }
    if (visibilityOf(facts).isRevealed || toResults(record).voters < (facts.minVoters ?? 0)) return false
    await inTurn(() => polls.reveal(facts.id, facts.epoch))
    onTurn(facts.id)
    return true
  }

  return coalesce(async (pollId) => {
    let record = await polls.read(pollId)
    for (let turn = 0; record && turn < maxTurns && (await settle(record)); turn++) record = await polls.read(pollId)
    return record
  })
}

/** A poll as one reading saw it. */
export interface PollReading {
  /** As an organizer sees it: with its results. */
  readonly poll: Poll & { readonly results: Results }
  readonly visibility: Visibility
  /** What decides for whom it is there. */
  readonly about: AuthorizedPoll
  /** The database's clock. */
  readonly now: Date
}

export type ReadPoll = (pollId: string) => Promise<PollReading>

/** Readings until one is not behind what this node has published. */
const maxReadings = 3

/**
 * @throws PollError `POLL_NOT_FOUND`
 * @param signImage as for `toPoll`
 */
export function createReadPoll(
  readRecord: ReadRecord,
  board: Pick<Board, 'newest'>,
  channelUrl: string | null,
  signImage?: SignImage,
): ReadPoll {
  return async (pollId) => {
    for (let time = 1; ; time++) {
      const record = await readRecord(pollId)
      if (!record) throw pollError('POLL_NOT_FOUND')
      const reading = toReading(record, channelUrl, signImage)
      const published = board.newest(pollId)
      // What this node has published meanwhile counts too: whoever reads now may have missed that frame.
      const newest = published ? withSnapshot(reading, published) : reading
      if (newest || time === maxReadings) return newest ?? reading
    }
  }
}

export function toReading(record: PollRecord, channelUrl: string | null, signImage?: SignImage): PollReading {
  const results = toResults(record)
  const poll = { ...toPoll(record, results, channelUrl, signImage), results }
  return { poll, visibility: visibilityOf(record.facts), about: aboutPoll(record.facts), now: record.now }
}

/** A poll as far as the host's `authorize` is told of it. */
export function aboutPoll({ id, owner, isPrivate }: AuthorizedPoll): AuthorizedPoll {
  return { id, owner, isPrivate }
}

/**
 * The newer of a reading and what was published.
 * @returns undefined where that differs in more than its counts, so that the poll has to be read again
 */
export function withSnapshot(reading: PollReading, published: PollSnapshot): PollReading | undefined {
  const { results, visibility } = latched(snapshotOf(reading), published)
  if (!isNewer(published.results, results)) return { ...reading, visibility }
  const { epoch, edition, state } = published.results
  if (epoch !== results.epoch || edition !== results.edition || state !== results.state) return undefined
  return { ...reading, poll: { ...reading.poll, results: published.results }, visibility: published.visibility }
}

export function snapshotOf({ poll, visibility }: PollReading): PollSnapshot {
  return { kind: 'snapshot', pollId: poll.id, results: poll.results, visibility }
}

/** The poll as this viewer may see it. */
export function pollFor({ poll, visibility }: PollReading, viewer: Viewer): Poll {
  return maySeeResults(visibility, poll.state, viewer) ? poll : { ...poll, results: null }
}

export interface OwnReading {
  readonly reading: PollReading
  /** Of the same epoch as the reading; null if they never voted in it. */
  readonly vote: Vote | null
}

/**
 * A poll and what the voter has in its box.
 * @param asker a voter; undefined: anyone; a relay may see every poll, and has no vote of its own
 * @throws PollError `POLL_NOT_FOUND`, also for a private poll that is not for them
 */
export type ReadOwn = (pollId: string, asker: Admitted | 'relay' | undefined) => Promise<OwnReading>

export function createReadOwn(
  readPoll: ReadPoll,
  readVote: ReadVote,
  board: Pick<Board, 'newest'>,
  mayView: MayView,
): ReadOwn {
  async function readFor(pollId: string, asker: Admitted | undefined): Promise<PollReading> {
    const reading = await readPoll(pollId)
    if (await mayView(reading.about, { pass: asker })) return reading
    throw pollError('POLL_NOT_FOUND')
  }

  /**
   * An epoch that the poll has come to. What is known to be public is not read for it; all else is, so that a poll that is
   * not for them takes as long as none.
   */
  async function epochOf(pollId: string, asker: Admitted): Promise<number> {
    const known = board.newest(pollId)
    if (known && !known.visibility.isPrivate) return known.results.epoch
    return (await readFor(pollId, asker)).poll.epoch
  }

  return async (pollId, asker) => {
    if (asker === 'relay') return { reading: await readPoll(pollId), vote: null }
    if (!asker) return { reading: await readFor(pollId, asker), vote: null }
    let epoch = await epochOf(pollId, asker)
    for (;;) {
      const vote = await readVote(pollId, asker)
      const reading = await readFor(pollId, asker) // it may have become private meanwhile
      // A vote does not say its epoch: read between two looks at one epoch, it can only be of that one.
      if (reading.poll.epoch === epoch) return { reading, vote }
      epoch = reading.poll.epoch
    }
  }
}
