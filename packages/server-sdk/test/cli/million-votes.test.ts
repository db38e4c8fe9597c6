import { mkdtemp, open, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Kysely } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { mysqlSql } from '../../src/adapters/mysql/mysql-sql.ts'
import { postgresSql } from '../../src/adapters/postgres/postgres-sql.ts'
import { createEventLog } from '../../src/adapters/sql/event-log.ts'
import { createSqlPollStore } from '../../src/adapters/sql/poll-store.ts'
import type { SqlDialect } from '../../src/adapters/sql/sql-dialect.ts'
import type { Tables } from '../../src/adapters/sql/tables.ts'
import { atLength } from '../at-length.ts'
import { newPoll } from '../conformance/stores.ts'
import { createMariadbDatabase, describeOnMariadb } from '../servers/mariadb.ts'
import { connectMariadb } from '../servers/mariadb-database.ts'
import { createPostgresDatabase, describeOnPostgres } from '../servers/postgres.ts'
import { connectPostgres } from '../servers/postgres-database.ts'
import { runCli } from './run-cli.ts'

const voters = atLength('votes to recount and export', 60_000, 1_000_000)

/** Megabytes: a fraction of what the votes would take. */
const heap = 64

interface Reached {
  readonly url: string
  readonly db: Kysely<Tables>
  close(): Promise<void>
}

async function reachPostgres(): Promise<Reached> {
  const { url, drop } = await createPostgresDatabase()
  const { db, close } = connectPostgres(url)
  return { url, db, close: () => close().then(drop) }
}

async function reachMariadb(): Promise<Reached> {
  const { url, drop } = await createMariadbDatabase()
  const { db, close } = connectMariadb(url)
  return { url, db, close: () => close().then(drop) }
}

/** One in fifty has taken the vote back. */
const choicesOf = (voter: number) => (voter % 50 === 49 ? null : [(voter % 3) + 1])
const keyOf = (voter: number) => `voter-${String(voter).padStart(7, '0')}`

/** Votes as they would be if nobody had kept tallies. */
async function writeVotes(db: Kysely<Tables>, dialect: SqlDialect, pollId: string) {
  for (let first = 0; first < voters; first += 1000) {
    const rows = Array.from({ length: 1000 }, (_, index) => ({
      poll_id: pollId,
      voter_key: keyOf(first + index),
      choices: JSON.stringify(choicesOf(first + index)),
      revision: 1,
      vote_id: `vote-${first + index}`,
      accepted_at: dialect.clock,
    })).map((row) => (row.choices === 'null' ? { ...row, choices: null } : row))
    await db.insertInto('live_poll_votes').values(rows).execute()
  }
}

function describeManyVotes(reach: () => Promise<Reached>, dialect: SqlDialect): void {
  const poll = newPoll()
  let reached: Reached
  let folder: string
  const run = (...args: string[]) => runCli(args, { LIVE_POLL_DATABASE: reached.url }, heap)

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'live-poll-export-'))
    reached = await reach()
    await createSqlPollStore(reached.db, dialect, createEventLog(dialect)).insert(poll)
    await writeVotes(reached.db, dialect, poll.id)
  }, 300_000)
  afterAll(async () => {
    await reached.close()
    await rm(folder, { recursive: true })
  })

  it('are recounted under the lock, repaired, and then right', { timeout: 120_000 }, async () => {
    const ballots = Array.from({ length: voters }, (_, voter) => choicesOf(voter)).flatMap((choices) => choices ?? [])
    const began = performance.now()
    const first = await run('recount', poll.id)
    console.log(
      `${voters} votes recounted in ${Math.round(performance.now() - began)} ms, the process's start included`,
    )
    expect(first.stderr).toMatch(/^Counting: 50,000 of about/m)
    expect(first.stdout.split('\n').slice(0, -1).sort()).toEqual(
      [
        `${ballots.length.toLocaleString('en-US')} ballots counted: the tallies were wrong and are repaired.`,
        `Voters: 0 tallied, ${ballots.length} counted.`,
        ...[1, 2, 3].map(
          (choice) => `Choice ${choice}: 0 tallied, ${ballots.filter((id) => id === choice).length} counted.`,
        ),
      ].sort(),
    )
    expect(first.exitCode).toBe(1)
    const second = await run('recount', poll.id)
    expect(second.stdout).toContain('the tallies are right.')
    expect(second.exitCode).toBe(0)
  })

  it('are exported in constant memory, each once', { timeout: 120_000 }, async () => {
    const file = join(folder, 'votes.csv')
    const { exitCode, stderr, stdout } = await run('export', poll.id, '--format', 'csv', '--out', file)
    expect(stderr).toContain(`${voters.toLocaleString('en-US')} votes exported to ${file}.`)
    expect(stderr).toMatch(/^Exporting: 50,000 of about/m)
    expect([exitCode, stdout, await readdir(folder)]).toEqual([0, '', ['votes.csv']])
    let voter = -1
    const handle = await open(file)
    for await (const line of handle.readLines()) {
      if (voter === -1) expect(line).toBe('voter_key,choices,revision,vote_id,accepted_at,voided')
      else {
        const [key, choices, revision, voteId, acceptedAt = '', voided] = line.split(',')
        const expected = [keyOf(voter), choicesOf(voter)?.join(' ') ?? '', '1', `vote-${voter}`]
        if (
          `${[key, choices, revision, voteId]}` !== `${expected}` ||
          voided !== 'false' ||
          !/^\d{4}-.*Z$/.test(acceptedAt)
        ) {
          expect(line).toBe(`line ${voter + 2}: ${expected}`)
        }
      }
      voter++
    }
    expect(voter).toBe(voters)
  })

  it('are voided in constant memory, under the lock, and recounted to the same', { timeout: 120_000 }, async () => {
    const voided = Array.from({ length: voters }, (_, voter) => choicesOf(voter)).filter(
      (choices) => choices?.[0] === 1,
    )
    const program = fileURLToPath(new URL('void-process.ts', import.meta.url))
    const began = performance.now()
    const end = await runCli([reached.url, poll.id], {}, heap, program)
    console.log(`${voided.length} of ${voters} votes voided in ${Math.round(performance.now() - began)} ms`)
    expect(end).toEqual({ exitCode: 0, stdout: `${voided.length}\n`, stderr: '' })
    expect((await run('recount', poll.id)).stdout).toContain('the tallies are right.')
  })

  it('are deleted with their poll, or by a reset', { timeout: 120_000 }, async () => {
    const polls = createSqlPollStore(reached.db, dialect, createEventLog(dialect))
    const other = newPoll()
    await polls.insert(other)
    await reached.db
      .updateTable('live_poll_votes')
      .set({ poll_id: other.id })
      .where('voter_key', '<', keyOf(1000))
      .execute()
    const began = performance.now()
    expect(await polls.reset(poll.id, 1)).toBe('changed')
    console.log(`${voters - 1000} votes reset in ${Math.round(performance.now() - began)} ms`)
    expect(await countVotes()).toEqual([[other.id, 1000]])
    expect(await polls.delete(other.id)).toBe(true)
    expect(await countVotes()).toEqual([])

    async function countVotes() {
      const rows = await reached.db
        .selectFrom('live_poll_votes')
        .select(({ fn }) => ['poll_id', fn.countAll<number | string>().as('votes')])
        .groupBy('poll_id')
        .execute()
      return rows.map(({ poll_id, votes }) => [poll_id, Number(votes)])
    }
  })
}

describeOnPostgres(`${voters} votes on Postgres`, () => describeManyVotes(reachPostgres, postgresSql))
describeOnMariadb(`${voters} votes on MariaDB`, () => describeManyVotes(reachMariadb, mysqlSql))
