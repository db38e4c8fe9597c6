/** The other ceiling: Postgres alone, fed with nothing but upserts into a table of votes as ours is. */
import { randomBytes } from 'node:crypto'
import { postgres } from '@live-poll/server-sdk/postgres'
import { Pool } from 'pg'
import { type CpuTimes, differenceOf, type Parts, readCpuTimes } from '../measure/cpu.ts'
import { answerCalls } from '../process/calls.ts'
import { commonCalls, readArgument } from './common.ts'

const { postgresUrl } = readArgument()
const pool = new Pool({ connectionString: postgresUrl })
await postgres({ pool }).migrate()
const client = await pool.connect()

const upsert = {
  name: 'upsert',
  text: `insert into live_poll_votes (poll_id, voter_key, choices, revision, vote_id, accepted_at)
    select *, clock_timestamp() from unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[])
    on conflict (poll_id, voter_key) do update set choices = excluded.choices,
      revision = excluded.revision, vote_id = excluded.vote_id, accepted_at = excluded.accepted_at`,
}

/** Arrays as Postgres writes them, so that nothing is left for this process to do while it waits. */
function makeBatch(size: number): readonly string[] {
  const random = randomBytes(16 * size)
  const keys = Array.from({ length: size }, (_, index) =>
    random.toString('base64url', index * 16, index * 16 + 16),
  ).sort()
  const array = (write: (key: string) => string) => `{${keys.map(write).join(',')}}`
  return [
    array(() => 'p_0000000000000000'),
    array((key) => `"${key}"`),
    array(() => '"[1]"'),
    array(() => '1'),
    array((key) => `"00000000-0000-4000-8000-${key.slice(0, 12)}"`),
  ]
}

async function upsertFor(seconds: number, size: number): Promise<number> {
  const end = performance.now() + seconds * 1000
  let votes = 0
  let batch = makeBatch(size)
  while (performance.now() < end) {
    const written = client.query({ ...upsert, values: [...batch] })
    batch = makeBatch(size)
    await written
    votes += size
  }
  return votes
}

export interface UpsertPlan {
  /** Votes a statement, each of which is a transaction. */
  readonly size: number
  readonly warmUp: number
  readonly seconds: number
  readonly parts: Omit<Parts, 'server'>
}

const calls = {
  ...commonCalls(),
  async upsert({
    size,
    warmUp,
    seconds,
    parts,
  }: UpsertPlan): Promise<{ votes: number; seconds: number; cpu: CpuTimes }> {
    const all = { ...parts, server: process.pid }
    const before = await upsertFor(warmUp, size)
    const cpu = readCpuTimes(all)
    const begun = performance.now()
    const votes = await upsertFor(seconds, size)
    const took = (performance.now() - begun) / 1000
    const times = differenceOf(cpu, readCpuTimes(all))
    const { rows } = await client.query<{ count: number }>('select count(*)::int as count from live_poll_votes')
    if (rows[0]?.count !== before + votes) throw new Error(`${rows[0]?.count} votes of ${before + votes} are there.`)
    return { votes, seconds: took, cpu: times }
  },
}
export type BulkUpsert = typeof calls
answerCalls(calls)
