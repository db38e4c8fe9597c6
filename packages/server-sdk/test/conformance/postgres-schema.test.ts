import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createLivePoll } from '@live-poll/server-sdk'
import { type PostgresOptions, postgres } from '@live-poll/server-sdk/postgres'
import type { Pool } from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createRecordingLogger } from '../recording-logger.ts'
import { createPostgresDatabase, describeOnPostgres, type TestDatabase } from '../servers/postgres.ts'
import { createPool } from '../servers/postgres-database.ts'
import { nodeSecret } from '../servers/start-nodes.ts'

const steps = [
  ...['0001-polls-and-votes', '0002-whole-life', '0003-who-votes', '0004-accounts', '0005-images', '0006-outbox'],
  '0007-first-votes',
]
const renamed = { prefix: 'vote_', schema: 'Polls-1' }
const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

describeOnPostgres('the schema on Postgres', () => {
  let database: TestDatabase
  let pool: Pool
  const closes: (() => Promise<void>)[] = []
  beforeEach(async () => {
    database = await createPostgresDatabase('none')
    pool = createPool(database.url)
  })
  afterEach(async () => {
    for (const close of closes.splice(0)) await close()
    await pool.end()
    await database.drop()
  })

  function start(names: Pick<PostgresOptions, 'prefix' | 'schema'> = {}) {
    const logger = createRecordingLogger()
    const livePoll = createLivePoll({ database: postgres({ pool, ...names }), secret: nodeSecret, logger })
    closes.push(() => livePoll.close())
    return { ...livePoll, logger }
  }
  const voteOnce = async ({ api }: ReturnType<typeof start>) => {
    const { id: pollId } = await api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })
    await api.castVote({ pollId, voter: 'ann', choices: [2] })
    return (await api.getResults(pollId))?.votes
  }
  const tables = async () => {
    const { rows } = await pool.query<{ name: string }>(
      `select schemaname || '.' || tablename as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema') order by name`,
    )
    return rows.map(({ name }) => name)
  }
  const functions = async () => {
    const { rows } = await pool.query<{ name: string }>(
      `select nspname || '.' || proname as name from pg_proc join pg_namespace n on n.oid = pronamespace
       where nspname not in ('pg_catalog', 'information_schema') order by name`,
    )
    return rows.map(({ name }) => name)
  }
  /** How a long text in the outbox is compressed: `l` is LZ4. */
  const compression = async () => {
    const { rows } = await pool.query<{ name: string; how: string }>(
      `select relname as name, attcompression as how from pg_attribute join pg_class c on c.oid = attrelid
       where relname like '%outbox' and attname = 'events' order by name`,
    )
    return Object.fromEntries(rows.map(({ name, how }) => [name, how]))
  }
  /** Runs `live-poll` as a host's shell does. */
  const run = (args: readonly string[], url = database.url) =>
    promisify(execFile)(process.execPath, [cli, ...args], {
      env: { ...process.env, LIVE_POLL_DATABASE: url },
      cwd: fileURLToPath(new URL('.', import.meta.url)),
    })

  test('that is missing stops the start, with the command that makes it', async () => {
    await expect(start().ready()).rejects.toMatchObject({
      name: 'SchemaError',
      message: expect.stringMatching(/has no tables of Live Poll\. Run: npx live-poll migrate$/),
    })
    await expect(start(renamed).ready()).rejects.toThrow('Run: npx live-poll migrate --prefix vote_ --schema Polls-1')
    expect(await tables(), 'and nothing is made by itself').toEqual([])
  })

  test('is made by migrate(), once, however many nodes ask for it', async () => {
    const [a, b] = [start(), start()]
    expect((await Promise.all([a.migrate(), b.migrate()])).flat()).toEqual(steps)
    expect(await a.migrate()).toEqual([])
    expect(await voteOnce(a)).toEqual([0, 1])
  })

  test('takes the names that the host has chosen, and no others', async () => {
    const [here, there] = [start(), start(renamed)]
    await Promise.all([here.migrate(), there.migrate()])
    expect(await voteOnce(there)).toEqual([0, 1])
    expect((await here.api.listPolls()).polls).toEqual([])
    const named = [
      ...['account_credentials', 'account_sessions', 'account_verifications', 'accounts'],
      ...['audit', 'boxes', 'choices', 'images', 'invitation_uses', 'invitations', 'migrations', 'outbox'],
      ...['outbox_dead', 'outbox_lanes', 'polls', 'requests'],
      ...['settings', 'tallies', 'votes'],
    ]
    const expected = [
      ...named.map((name) => `Polls-1.vote_${name}`),
      ...named.map((name) => `public.live_poll_${name}`),
    ]
    expect((await tables()).sort()).toEqual(expected.sort())
    expect(await functions()).toEqual(['Polls-1.vote_write_first_votes', 'public.live_poll_write_first_votes'])
    const { rows } = await pool.query(
      `select 'lz4' = any(enumvals) as has from pg_settings where name = 'default_toast_compression'`,
    )
    const how = rows[0]?.has ? 'l' : ''
    expect(await compression()).toEqual({ live_poll_outbox: how, vote_outbox: how })
  })

  test('of an older version stops the start and is brought up; of a newer one it is warned of', async () => {
    await start().migrate()
    await pool.query(`delete from live_poll_migrations where name in ('${steps[1]}', '${steps[2]}')`)
    const columns = ['min_voters', 'revealed_epoch', 'last_choice_id', 'voters', 'needs_captcha', 'is_private']
    for (const column of columns) await pool.query(`alter table live_poll_polls drop column ${column}`)
    for (const column of ['void_id', 'voided_choices']) {
      await pool.query(`alter table live_poll_votes drop column ${column}`)
    }
    await pool.query('drop table live_poll_invitations, live_poll_invitation_uses, live_poll_audit')
    await expect(start().ready()).rejects.toThrow(
      `lacks the steps ${steps[1]}, ${steps[2]}. Run: npx live-poll migrate`,
    )
    expect(await start().migrate()).toEqual(steps.slice(1, 3))

    await pool.query(`insert into live_poll_migrations values ('9999-later', 'now')`)
    const older = start()
    expect(await voteOnce(older)).toEqual([0, 1])
    expect(older.logger.warnings.flat()).toContainEqual(expect.stringContaining('9999-later'))
    expect(await older.migrate()).toEqual([])
  })

  test('that fails half way leaves nothing', async () => {
    await pool.query('create table live_poll_settings (is_of_the_host int)')
    await pool.query('create view live_poll_votes as select 1')
    await expect(start().migrate()).rejects.toThrow('live_poll_votes')
    expect(await tables()).toEqual(['public.live_poll_settings'])
  })

  test('as printed, in a host’s own migrations, is the same', async () => {
    const names = ['--prefix', renamed.prefix, '--schema', renamed.schema]
    const { stdout } = await run(['migrate', '--print-sql', ...names], 'postgres://nobody:secret@nowhere.invalid/db')
    await pool.query(stdout)
    const livePoll = start(renamed)
    expect(await livePoll.migrate()).toEqual([])
    expect(await voteOnce(livePoll)).toEqual([0, 1])
    const later = await run(['migrate', '--print-sql', '--after', '0001-polls-and-votes'])
    expect(later.stdout).toMatch(/^alter table "live_poll_polls"/)
    for (const table of ['polls', 'votes']) expect(later.stdout).not.toContain(`create table "live_poll_${table}"`)
    expect(later.stdout.match(/create table/g)).toHaveLength(11)
    const last = await run(['migrate', '--print-sql', '--after', '0002-whole-life'])
    expect(last.stdout).toMatch(/^alter table "live_poll_polls" add column "voters"/)
    expect(later.stdout).toContain(last.stdout)
  })

  test('is made from the command line, and what is wrong with a command is said', async () => {
    expect((await run(['migrate'])).stdout).toBe(`Done: ${steps.join(', ')}.\n`)
    expect((await run(['migrate'])).stdout).toMatch(/^Nothing to do/)
    expect(await voteOnce(start())).toEqual([0, 1])
    await expect(run(['migrate'], '')).rejects.toMatchObject({ code: 2, stderr: /LIVE_POLL_DATABASE/ })
    await expect(run(['migrate', '--prefx', 'a_'])).rejects.toMatchObject({ code: 2, stderr: /--prefx.*\n\nUsage/s })
    await expect(run(['migrate', '--prefix', 'A b'])).rejects.toMatchObject({ code: 2, stderr: /prefix/ })
    await expect(run(['migrate', '--schema', 'a'], 'mysql://h/d')).rejects.toMatchObject({
      code: 2,
      stderr: /--schema/,
    })
    await expect(run(['migrat'])).rejects.toMatchObject({ code: 2, stderr: /"migrat" is no command/ })
    const nowhere = run(['migrate'], 'postgres://ann:secret@127.0.0.1:1/db')
    await expect(nowhere).rejects.toMatchObject({ code: 2, stderr: /^live-poll: (?!.*secret).*ECONNREFUSED/ })
  })
})
