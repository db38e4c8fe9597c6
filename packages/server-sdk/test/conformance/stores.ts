import { randomBytes } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Tables } from '../../src/adapters/sql/tables.ts'
import type { PollRecord } from '../../src/domain/poll.ts'
import type { BallotStore, PreparedVote } from '../../src/ports/ballot-store.ts'
import type { Erasures } from '../../src/ports/erasures.ts'
import type { ImageRecords, NewImage } from '../../src/ports/image-records.ts'
import type { InvitationStore } from '../../src/ports/invitation-store.ts'
import type { Outbox } from '../../src/ports/outbox.ts'
import type { PollStore, PollToInsert } from '../../src/ports/poll-store.ts'
import type { VoteAudit } from '../../src/ports/vote-audit.ts'
import type { VoteRecords } from '../../src/ports/vote-records.ts'
import { countBallots, plainTallies } from '../recount.ts'

/** What an adapter offers to the conformance suites. */
export interface StoresUnderTest {
  readonly polls: PollStore
  readonly ballots: BallotStore
  readonly records: VoteRecords
  readonly audit: VoteAudit
  readonly erasures: Erasures
  readonly invitations: InvitationStore
  readonly images: ImageRecords
  readonly outbox: Outbox
  /** For what a suite must see, or do, behind the ports' back. */
  readonly db: Kysely<Tables>
  close(): Promise<void>
}

/** Opens the adapter on a database of its own. */
export type MakeStores = () => Promise<StoresUnderTest>

export function newPoll(fields: Partial<PollToInsert> = {}): PollToInsert {
  return {
    id: `p_${randomBytes(9).toString('base64url')}`,
    salt: 'c2FsdA',
    owner: null,
    question: 'Lunch?',
    choices: [{ label: 'Soup' }, { label: 'Salad' }, { label: 'Pie' }],
    ballot: { kind: 'choose', min: 1, max: 3 },
    showResults: 'always',
    minVoters: null,
    canChange: true,
    voters: ['anyone'],
    needsCaptcha: false,
    isPrivate: false,
    opensAt: null,
    closesAt: null,
    boxes: 1,
    ...fields,
  }
}

/** @returns the id of a poll that is there */
export async function insertPoll({ polls }: StoresUnderTest, fields: Partial<PollToInsert> = {}): Promise<string> {
  const poll = newPoll(fields)
  await polls.insert(poll)
  return poll.id
}

/** @returns the ids of new invitations of a poll */
export async function invite({ invitations }: StoresUnderTest, pollId: string, count = 1): Promise<readonly string[]> {
  const ids = Array.from({ length: count }, () => randomBytes(16).toString('base64url'))
  if (!(await invitations.add(pollId, ids))) throw new Error(`There is no poll ${pollId}.`)
  return ids
}

/** A picture that nobody has, as an upload begins it. */
export function newImage(fields: Partial<NewImage> = {}): NewImage {
  return {
    id: `i_${randomBytes(16).toString('base64url')}`,
    owner: null,
    attempt: randomBytes(6).toString('base64url'),
    ...{ width: 640, height: 480, placeholder: 'data:image/webp;base64,UklGRg==', bytes: 1000 },
    ...fields,
  }
}

/** @returns a picture that is there */
export async function storeImage({ images }: StoresUnderTest, fields: Partial<NewImage> = {}): Promise<NewImage> {
  const image = newImage(fields)
  await images.begin(image)
  await images.finish(image.id, image.attempt)
  return image
}

let nextVote = 0

/** A first vote for choice 1 by a new voter, prepared against a new poll's plan. */
export function vote(pollId: string, fields: Partial<PreparedVote> = {}): PreparedVote {
  const name = `v${nextVote++}`
  return {
    ...{ pollId, box: 0, voterKey: `key-${name}`, voteId: name, plan: 1, planEpoch: 1, ballot: [1] },
    ...{ revision: undefined, epoch: undefined },
    ...fields,
  }
}

export async function readPoll({ polls }: StoresUnderTest, pollId: string): Promise<PollRecord> {
  const record = await polls.read(pollId)
  if (!record) throw new Error(`There is no poll ${pollId}.`)
  return record
}

/** What one voter has in the box. */
export async function readVote({ ballots }: StoresUnderTest, pollId: string, voterKey: string) {
  const [row] = await ballots.readVotes([{ pollId, voterKey }])
  return row
}

/** The buckets as they would be if nobody had kept tallies: counted from the ballots in the box. */
export async function recount({ db }: StoresUnderTest, pollId: string): Promise<Record<string, number>> {
  const rows = await db
    .selectFrom('live_poll_votes')
    .select(['choices', 'void_id'])
    .where('poll_id', '=', pollId)
    .execute()
  const voided = rows.filter((row) => row.void_id !== null).length
  return { ...countBallots(rows.map((row) => row.choices)), ...(voided > 0 && { voided }) }
}

/** The buckets as results show them, those that are 0 left out. */
export async function tally(stores: StoresUnderTest, pollId: string): Promise<Record<string, number>> {
  const { buckets } = await readPoll(stores, pollId)
  return Object.fromEntries(Object.entries(plainTallies(buckets)).filter(([, votes]) => votes !== 0))
}

/** Gives a poll more boxes: its plan and its version rise by one. */
export async function setBoxes({ polls }: StoresUnderTest, pollId: string, boxes: number): Promise<void> {
  const outcome = await polls.edit(pollId, { boxes })
  if (outcome.kind !== 'changed') throw new Error(`The poll ${pollId} takes no ${boxes} boxes: ${outcome.kind}.`)
}
