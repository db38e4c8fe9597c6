import type { PollError } from '@live-poll/client-sdk/protocol'
import { expect } from 'vitest'
import { createRecordingLogger } from '../../test/recording-logger.ts'
import { createMemoryMetrics } from '../adapters/memory/metrics.ts'
import type { PreparedVote, VoteOutcome } from '../ports/ballot-store.ts'
import { createGroupCommit, type DecidedVote, type GroupCommit, type GroupCommitLimits } from './group-commit.ts'

let nextVote = 0

export function vote(box: string): PreparedVote {
  const [pollId = '', number = '0'] = box.split('/')
  const voteId = `v${nextVote++}`
  const ballot = [1]
  return {
    pollId,
    box: Number(number),
    voterKey: voteId,
    voteId,
    plan: 1,
    planEpoch: 1,
    ballot,
    revision: undefined,
    epoch: undefined,
  }
}

const boxOf = ({ pollId, box }: PreparedVote) => `${pollId}/${box}`
const accepted: VoteOutcome = { kind: 'accepted', revision: 1, epoch: 1 }

/** One transaction in flight, and how the database ends it. */
interface Batch {
  readonly votes: readonly PreparedVote[]
  /** As in `['a/0', 'a/0', 'b/0']` */
  readonly boxes: readonly string[]
  /** @param passedOver boxes that somebody else holds */
  commit(passedOver?: readonly string[]): Promise<void>
  fail(): Promise<void>
}

export function createSetup(lanes = 1, limits: Partial<GroupCommitLimits> = {}, takesNext = false) {
  const open: Batch[] = []
  const store = {
    takesNext,
    commit: (votes: readonly PreparedVote[]) =>
      new Promise<readonly VoteOutcome[]>((resolve, reject) => {
        const end = async (how: () => void) => {
          open.splice(open.indexOf(batch), 1)
          how()
          await turn()
        }
        const batch: Batch = {
          votes,
          boxes: votes.map(boxOf),
          commit: (passedOver = []) =>
            end(() =>
              resolve(votes.map((one) => (passedOver.includes(boxOf(one)) ? { kind: 'passed-over' } : accepted))),
            ),
          fail: () => end(() => reject(new Error('the database is gone'))),
        }
        open.push(batch)
      }),
  }
  const logger = createRecordingLogger()
  const metrics = createMemoryMetrics()
  const box = createGroupCommit(
    store,
    lanes,
    { batch: 500, queue: 20_000, wait: 2000, interval: 0, enough: 1, ...limits },
    logger,
    metrics,
  )
  /** Casts a vote into each box. */
  let tellings = 0
  const cast = (...boxes: string[]) => boxes.map((name) => settle(castInto(box, vote(name), () => tellings++)))
  /** @returns the only batch in flight */
  const only = (): Batch => {
    expect(open).toHaveLength(1)
    const [batch] = open
    if (!batch) throw new Error('no batch in flight')
    return batch
  }
  return { box, cast, open, only, logger, metrics, tellings: () => tellings }
}

/**
 * What becomes of a vote.
 * @param onTold called each time its caster is told
 * @throws PollError
 */
export function castInto(box: Pick<GroupCommit, 'cast'>, one: PreparedVote, onTold = () => {}): Promise<DecidedVote> {
  return new Promise((resolve, reject) => {
    box.cast(one, {
      decided(outcome) {
        onTold()
        resolve(outcome)
      },
      failed(error) {
        onTold()
        reject(error)
      },
    })
  })
}

export const turn = async () => {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve))
}

export const settle = (promise: Promise<{ kind: string }>) =>
  promise.then(
    (outcome) => outcome.kind,
    (error) => error as PollError,
  )
