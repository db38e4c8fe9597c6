import { type PollError, pollError } from '@live-poll/client-sdk/protocol'
import type { BallotStore, PreparedVote, VoteOutcome } from '../ports/ballot-store.ts'
import type { Logger } from '../ports/logger.ts'
import type { Metrics } from '../ports/metrics.ts'
import { BoxLine, type TakenBox } from './box-line.ts'

export interface GroupCommitLimits {
  /** Votes in one transaction. */
  readonly batch: number
  /** Votes that may wait. */
  readonly queue: number
  /** Milliseconds a vote may have to wait, as estimated from the speed so far. */
  readonly wait: number
  /**
   * Milliseconds from the beginning of one batch to that of the next, while fewer than `enough` votes wait: a few more may
   * come, and the database has one batch to commit instead of two.
   */
  readonly interval: number
  /** Votes that do not wait for more to come. */
  readonly enough: number
}

export interface GroupCommit {
  /** Takes a vote, and tells its caster what became of it. */
  cast(vote: PreparedVote, caster: Caster): void
  /**
   * Whether `cast` would answer `BUSY`: to ask first spares what it takes to prepare a vote.
   * @returns milliseconds until a vote may be tried again; 0: it is taken
   */
  busyFor(): number
  /** Takes no more votes, and resolves when every vote taken is answered. */
  drain(): Promise<void>
}

/** Who waits for a vote: told once, by one of these. No promise, for votes come by the hundred thousand. */
export interface Caster {
  /** The vote's batch has committed. */
  decided(outcome: DecidedVote): void
  /**
   * @param error PollError `BUSY` (with `retryAfter`) when the queue is full: the vote was not taken.
   * `UNAVAILABLE` when the database failed or the box is draining: the outcome is unknown, ask again with the same
   * vote id. `INTERNAL` when the database refuses this vote; the log has the cause.
   */
  failed(error: PollError): void
}

type Settled = Exclude<VoteOutcome, { kind: 'passed-over' }>
export type DecidedVote = Exclude<Settled, { kind: 'failed' | 'unknown' }>

interface Waiting {
  readonly vote: PreparedVote
  /** When it came, in milliseconds. */
  readonly since: number
  readonly caster: Caster
}

const unknown: VoteOutcome = { kind: 'unknown' }

/** Intervals after which a batch begins beside another one, at the latest. */
const longestPause = 5

/** Milliseconds until a vote whose outcome is unknown may be asked for again. */
const retryAfter = 500

/**
 * Natural batching: the next batch starts when the previous one has committed, and takes everything that came
 * meanwhile. Of each box one batch is in flight, and where the database can have it, the next one; `lanes` batches at once.
 */
export function createGroupCommit(
  store: Pick<BallotStore, 'commit' | 'takesNext'>,
  lanes: number,
  limits: GroupCommitLimits,
  logger: Logger,
  metrics: Pick<Metrics, 'count' | 'record' | 'gauge'>,
): GroupCommit {
  const line = new BoxLine<Waiting>(({ vote }) => vote.voterKey)
  let isDraining = false
  let onDrained = () => {}
  /** Votes taken and not yet answered; those of them that no batch has taken. */
  let waiting = 0
  let queued = 0
  let running = 0
  let millisPerBatch = 0
  let lastStart = Number.NEGATIVE_INFINITY
  /** Votes that have come, and how many had at the end of the last round of I/O. */
  let come = 0
  let hadCome = 0
  /** A flush that is to come after this round of I/O, or when the interval is over. */
  let soon: NodeJS.Immediate | undefined
  let later: NodeJS.Timeout | undefined
  /** Whether `follow` is to come. */
  let willFollow = false
  metrics.gauge('live_poll_queued_votes', () => waiting)
  metrics.gauge('live_poll_batches_in_flight', () => running)
  const onUnknownCommit = () => metrics.count('live_poll_unknown_commits_total')

  function busyFor(): number {
    // Batches grow with the queue: what waits goes in full batches, each about as long as the last few, and as many at once as
    // now: one that was sent behind another has taken its time as well.
    const estimated = (waiting / limits.batch / Math.max(1, running)) * millisPerBatch
    if (waiting < limits.queue && estimated <= limits.wait) return 0
    return Math.ceil(Math.max(estimated / 2, 100))
  }

  function cast(vote: PreparedVote, caster: Caster) {
    if (isDraining) return caster.failed(pollError('UNAVAILABLE', {}, 'The server is restarting.'))
    const retryAfter = busyFor()
    if (retryAfter > 0) return caster.failed(pollError('BUSY', { retryAfter }))
    line.add(boxKey(vote), { vote, since: performance.now(), caster })
    waiting++
    queued++
    come++
    if (!soon) scheduleFlush()
    scheduleFollow()
  }

  /**
   * Sends a batch of a box behind the one that is in flight, where the database can have both: it has work while an answer and
   * the next votes are on their way. As late as may be: when a round of I/O brings no more votes, or there are as many as a batch
   * holds.
   */
  function follow() {
    willFollow = false
    if (come > hadCome && queued < limits.batch) {
      hadCome = come
      return scheduleFollow()
    }
    while (running < lanes) {
      const batch = line.takeNext(limits.batch, limits.enough)
      if (batch.length === 0) break
      void run(batch)
    }
  }

  function scheduleFollow() {
    if (willFollow || !store.takesNext || running === 0 || running === lanes) return
    willFollow = true
    setImmediate(follow)
  }

  /** After the current round of I/O, so that all votes that arrived together share a batch; or after the interval. */
  function scheduleFlush() {
    const left = timeLeft()
    if (left === 0) soon = setImmediate(flush)
    else later ??= setTimeout(flush, left)
  }

  /**
   * A second batch beside the first pays when it is full, for both take longer then; or when the first takes longer than most,
   * for it may wait for a lock.
   */
  function timeLeft(): number {
    const { interval, enough, batch } = limits
    if (queued >= (running === 0 ? enough : batch)) return 0
    const pause = running === 0 ? interval : Math.min(Math.max(interval, 2 * millisPerBatch), longestPause * interval)
    return Math.max(0, lastStart + pause - performance.now())
  }

  function flush() {
    clearImmediate(soon)
    clearTimeout(later)
    soon = later = undefined
    while (running < lanes) {
      const batch = line.take(limits.batch)
      if (batch.length === 0) break
      void run(batch)
    }
  }

  async function run(batch: readonly TakenBox<Waiting>[]): Promise<void> {
    running++
    lastStart = performance.now()
    const started = lastStart
    const members = batch.length === 1 && batch[0] ? batch[0].items : batch.flatMap(({ items }) => items)
    queued -= members.length
    metrics.record('live_poll_batch_votes', members.length)
    for (const { since } of members) metrics.record('live_poll_queue_wait_seconds', (started - since) / 1000)
    const outcomes = await commit(members.map(({ vote }) => vote))
    const millis = performance.now() - started
    metrics.record('live_poll_batch_seconds', millis / 1000)
    millisPerBatch += (millis - millisPerBatch) * 0.2
    running--
    giveBack(batch, outcomes)
    // The next batch is sent before this one is answered: the database is at work meanwhile.
    if (queued > 0 && timeLeft() === 0) flush()
    else if (queued > 0 && !soon) scheduleFlush()
    if (queued > 0) scheduleFollow()
    setImmediate(() => answerAll(members, outcomes))
  }

  async function commit(votes: readonly PreparedVote[]): Promise<readonly VoteOutcome[]> {
    try {
      return await store.commit(votes, onUnknownCommit)
    } catch (error) {
      logger.error('A batch of votes failed; their voters are told to ask again.', error)
      return votes.map(() => unknown)
    }
  }

  /** What was passed over goes back to the front of its queue. */
  function giveBack(batch: readonly TakenBox<Waiting>[], outcomes: readonly VoteOutcome[]) {
    let first = 0
    for (const taken of batch) {
      const again = taken.items.filter((_, index) => outcomes[first + index]?.kind === 'passed-over')
      first += taken.items.length
      queued += again.length
      line.giveBack(taken, again)
    }
  }

  function answerAll(members: readonly Waiting[], outcomes: readonly VoteOutcome[]) {
    members.forEach((member, index) => {
      const outcome = outcomes[index] ?? unknown
      if (outcome.kind === 'passed-over') return
      waiting--
      if (outcome.kind === 'failed') logger.error('The database refuses a vote; its voter is told so.', outcome.error)
      if (outcome.kind === 'unknown') metrics.count('live_poll_votes_unknown_total')
      tell(member, outcome)
    })
    if (waiting === 0) onDrained()
  }

  /** What goes wrong with one answer must not keep the others from theirs. */
  function tell({ caster }: Waiting, outcome: Settled) {
    try {
      if (outcome.kind === 'failed') caster.failed(pollError('INTERNAL'))
      else if (outcome.kind === 'unknown') caster.failed(pollError('UNAVAILABLE', { retryAfter }))
      else caster.decided(outcome)
    } catch (error) {
      logger.error('A vote could not be answered.', error)
    }
  }

  return {
    cast,
    busyFor,
    drain() {
      isDraining = true
      if (waiting === 0) return Promise.resolve()
      return new Promise((resolve) => {
        onDrained = resolve
      })
    },
  }
}

/** The name of most boxes is made already. */
function boxKey({ pollId, box }: PreparedVote): string {
  return box === 0 ? pollId : `${pollId}/${box}`
}
