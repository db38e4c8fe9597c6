import type { Choice, ChooseBallot, PollImage, ShowResults, VoterRule } from '@live-poll/client-sdk/protocol'
import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely'
import type { PollFacts, PollRecord } from '../../domain/poll.ts'
import { toDate } from './read-clock.ts'
import type { SqlDialect } from './sql-dialect.ts'
import { type Tables, table } from './tables.ts'

/** A poll joined with one of its parts: a choice, or the sum of a bucket. */
interface Row {
  id: string
  question: string
  ballot: string
  show_results: ShowResults
  min_voters: number | null
  revealed_epoch: number | null
  can_change: boolean | number
  voters: string | null
  needs_captcha: boolean | number
  is_private: boolean | number
  opens_at: Millis | null
  closes_at: Millis | null
  closed_at: Millis | null
  boxes: number
  plan: number
  edition: number
  epoch: number
  last_choice_id: number
  salt: string
  owner: string | null
  created_at: Millis
  now: Millis
  /** Of its first choice. */
  version: number | string | null
  choice_id: number | null
  label: string | null
  image: string | null
  image_alt: string | null
  question_image: string | null
  question_image_alt: string | null
  bucket: string | null
  votes: number | string | null
}

/** A poll as its rows tell of it. */
interface PollOfRows {
  readonly row: Row
  version: number
  image?: PollImage
  readonly choices: Choice[]
  readonly buckets: Map<string, number>
}

/** As the driver gives 64-bit integers. */
type Millis = number | string

/** Reads polls with their choices and counts in one statement: rules and counts of one and the same moment. */
export async function readPolls(
  db: Kysely<Tables>,
  dialect: SqlDialect,
  pollIds: readonly string[],
): Promise<readonly PollRecord[]> {
  if (pollIds.length === 0) return []
  const millis = (column: string) => dialect.millis(sql.ref(column))
  const parts = (isAsked: (column: string) => RawBuilder<SqlBool>) => sql`
    select c.poll_id, c.id as choice_id, c.label, c.position, ${imageOf('c')} as image, c.image_alt,
      null as bucket, null as votes
    from ${table('live_poll_choices')} c where ${isAsked('c.poll_id')}
    union all
    select poll_id, null, null, null, null, null, bucket, sum(votes)
    from ${table('live_poll_tallies')} where ${isAsked('poll_id')} group by poll_id, bucket`
  const { rows } = await sql<Row>`
    select p.id, p.question, p.ballot, p.show_results, p.min_voters, p.revealed_epoch, p.can_change,
      p.voters, p.needs_captcha, p.is_private,
      ${millis('p.opens_at')} as opens_at, ${millis('p.closes_at')} as closes_at, ${millis('p.closed_at')} as closed_at,
      p.boxes, p.plan, p.edition, p.epoch, p.last_choice_id, p.salt, p.owner,
      ${millis('p.created_at')} as created_at, ${dialect.millis(dialect.clock)} as now,
      ${once(sql`(select sum(b.version) from ${table('live_poll_boxes')} b where b.poll_id = p.id)`)} as version,
      ${once(imageOf('p'))} as question_image, ${once(sql`p.image_alt`)} as question_image_alt,
      part.choice_id, part.label, part.image, part.image_alt, part.bucket, part.votes
    from ${dialect.pollsWithParts([...new Set(pollIds)], parts)}
    order by part.position`.execute(db)

  const polls = new Map<string, PollOfRows>()
  for (const row of rows) {
    let poll = polls.get(row.id)
    if (!poll) {
      poll = { row, version: 0, choices: [], buckets: new Map() }
      polls.set(row.id, poll)
    }
    // Sums of 64-bit integers come as text from some drivers.
    if (row.version !== null) poll.version = Number(row.version)
    if (row.question_image !== null) poll.image = toImage(row.question_image, row.question_image_alt)
    if (row.choice_id !== null) poll.choices.push(toChoice(row.choice_id, row))
    if (row.bucket !== null) poll.buckets.set(row.bucket, Number(row.votes))
  }
  return [...polls.values()].map(({ row, version, image, choices, buckets }) => ({
    facts: { ...toFacts(row, choices), ...(image && { image }) },
    version,
    buckets,
    now: toDate(row.now),
  }))
}

/** For one of a poll's rows, that of its first choice. */
function once(value: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`case when part.position = 0 then ${value} end`
}

/**
 * What a screen must know of the picture of a poll or a choice, in one text: one look-up by its key, and none where there is no
 * picture. A join of the pictures, planned while there are few, might read all of them each time.
 */
function imageOf(shows: 'p' | 'c') {
  const id = sql.ref(`${shows}.image_id`)
  return sql`case when ${id} is not null then (
    select concat(i.id, ' ', i.width, ' ', i.height, ' ', i.placeholder) from ${table('live_poll_images')} i where i.id = ${id}
  ) end`
}

function toImage(text: string, alt: string | null): PollImage {
  const [id = '', width, height, ...placeholder] = text.split(' ')
  return { id, width: Number(width), height: Number(height), placeholder: placeholder.join(' '), alt: alt ?? '' }
}

function toChoice(id: number, { label, image, image_alt: alt }: Row): Choice {
  return { id, label: label ?? '', ...(image !== null && { image: toImage(image, alt) }) }
}

function toFacts(row: Row, choices: PollFacts['choices']): PollFacts {
  return {
    id: row.id,
    question: row.question,
    choices,
    ballot: JSON.parse(row.ballot) as ChooseBallot,
    showResults: row.show_results,
    minVoters: row.min_voters,
    revealedEpoch: row.revealed_epoch,
    lastChoiceId: row.last_choice_id,
    canChange: Boolean(row.can_change),
    voters: (row.voters ?? 'anyone').split(',') as VoterRule[],
    needsCaptcha: Boolean(row.needs_captcha),
    isPrivate: Boolean(row.is_private),
    opensAt: toDate(row.opens_at),
    closesAt: toDate(row.closes_at),
    closedAt: toDate(row.closed_at),
    createdAt: toDate(row.created_at),
    boxes: row.boxes,
    plan: row.plan,
    edition: row.edition,
    epoch: row.epoch,
    salt: row.salt,
    owner: row.owner,
  }
}
