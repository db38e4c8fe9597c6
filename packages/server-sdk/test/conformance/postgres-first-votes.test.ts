import { Client, Pool, type PoolConfig } from 'pg'
import { expect, it, vi } from 'vitest'
import type { PgQuery } from '../../src/adapters/postgres/pg-pool.ts'
import { postgres } from '../../src/adapters/postgres/postgres.ts'
import { createRecordingLogger } from '../recording-logger.ts'
import { createPostgresDatabase, describeOnPostgres } from '../servers/postgres.ts'
import { connectPostgres } from '../servers/postgres-database.ts'
import { holdBox, untilWaiting } from '../servers/postgres-gate.ts'
import { newPoll, vote } from './stores.ts'

async function openWithPolls(number: number, options: PoolConfig = {}) {
  const database = await createPostgresDatabase()
  const pool = new Pool({ connectionString: database.url, max: 1, ...options })
  const logger = createRecordingLogger()
  const { ballots, polls } = await postgres({ pool }).open(logger)
  const made = Array.from({ length: number }, () => newPoll())
  for (const poll of made) await polls.insert(poll)
  const close = async () => {
    await pool.end()
    await database.drop()
  }
  return { pool, logger, ballots, ids: made.map(({ id }) => id), url: database.url, close }
}

/** @returns what was sent while it worked, and the errors that came back */
async function observe(work: () => Promise<unknown>) {
  const query = vi.spyOn(Client.prototype, 'query')
  await work()
  const sent = query.mock.calls.map(([asked]) => asked as unknown as PgQuery)
  const answers = await Promise.allSettled(query.mock.results.map(({ value }) => value as Promise<unknown>))
  query.mockRestore()
  return { sent, errors: answers.filter(({ status }) => status === 'rejected') }
}

/** With one client: whoever takes another one waits. */
const pipelined = { pipeline: true } as PoolConfig

const isWrite = ({ text }: PgQuery) => text.includes('write_first_votes')

describeOnPostgres('first votes', () => {
  it.each([
    ['of one box', 1],
    ['of several boxes', 3],
  ])('%s are one statement, which writes where each part of it sees what was committed before', async (_, number) => {
    const { pool, ballots, ids, close } = await openWithPolls(number)
    const { sent } = await observe(() => ballots.commit(ids.map((id) => vote(id))))
    expect(sent).toMatchObject([{ query_timeout: expect.any(Number) }])
    const { text, values } = sent.find(isWrite) ?? expect.fail('It writes.')
    await pool.query('delete from live_poll_votes')

    const written = async (...before: string[]) => {
      for (const statement of before) await pool.query(statement)
      const { rowCount } = await pool.query({ text, values: [...(values ?? [])] })
      const { rows } = await pool.query(
        'select (select count(*)::int from live_poll_votes) as votes, (select count(*)::int from live_poll_boxes) as boxes',
      )
      await pool.query('rollback')
      return { rowCount, ...rows[0] }
    }
    for (const level of ['repeatable read', 'serializable']) {
      expect(await written(`begin isolation level ${level}`)).toEqual({ rowCount: 0, votes: 0, boxes: number })
    }
    expect(await written('begin')).toEqual({ rowCount: 1, votes: number, boxes: number })
    const gone = `delete from live_poll_boxes where poll_id = '${ids.at(-1)}'`
    expect(await written('begin', gone)).toEqual({ rowCount: 0, votes: 0, boxes: number - 1 })
    const { rows } = await pool.query(
      `select sum(votes)::int as counted, (select sum(version)::int from live_poll_boxes) as versions
       from live_poll_tallies`,
    )
    expect(rows).toEqual([{ counted: number, versions: number }]) // by one vote each

    await close()
  })

  it('of a host whose transactions see less are looked at one by one', async () => {
    const { pool, ballots, ids, close } = await openWithPolls(1)
    await pool.query('set session characteristics as transaction isolation level serializable')
    const { sent } = await observe(async () => {
      expect(await ballots.commit([vote(ids[0] as string)])).toMatchObject([{ kind: 'accepted', revision: 1 }])
    })
    expect(sent.map(({ text }) => text.trim().split(/\s/)[0])).toEqual([
      'select',
      'start',
      'select',
      'select',
      'with',
      'commit',
    ])

    await close()
  })

  it('are looked at one by one where what writes them at once is missing, of which the log tells once', async () => {
    const { pool, logger, ballots, ids, close } = await openWithPolls(1)
    await pool.query('drop function live_poll_write_first_votes')
    const { sent } = await observe(async () => {
      for (const voterKey of ['ann', 'bob', 'cem', 'dan']) {
        expect(await ballots.commit([vote(ids[0] as string, { voterKey })])).toMatchObject([{ kind: 'accepted' }])
      }
    })
    expect(sent.filter(isWrite), 'and is not tried for each batch').toHaveLength(2)
    const cause = expect.objectContaining({ message: expect.stringContaining('does not exist') })
    expect(logger.warnings.slice(1), 'after that of fsync').toEqual([
      [expect.stringContaining('refuses to write first votes at once'), cause],
    ])
    await close()
  })

  it('of one box wait for it as long as a transaction may, and the setting ends with them', async () => {
    const { pool, ballots, ids, url, close } = await openWithPolls(1)
    await pool.query(`create table seen as select current_setting('lock_timeout') as waits`)
    await pool.query(`create function see() returns trigger language plpgsql as $$ begin
      insert into seen values (current_setting('lock_timeout')); return new; end $$`)
    await pool.query('create trigger see after insert on live_poll_votes for each row execute function see()')
    const connection = connectPostgres(url)
    const holder = await holdBox(connection, ids[0] as string, 0)
    const waiting = ballots.commit([vote(ids[0] as string)])
    await untilWaiting(connection, 'row')
    await holder.query('commit')
    holder.release()
    expect(await waiting).toMatchObject([{ kind: 'accepted', revision: 1 }])
    await connection.close()
    expect((await pool.query('select waits from seen')).rows).toEqual([{ waits: '0' }, { waits: '3s' }])
    expect((await pool.query('show lock_timeout')).rows).toEqual([{ lock_timeout: '0' }])

    await close()
  })

  it('of one box are sent behind those that are not answered, on their connection, and begun when those have committed', async () => {
    const { pool, ballots, ids, url, close } = await openWithPolls(1, pipelined)
    const connection = connectPostgres(url)
    const holder = await holdBox(connection, ids[0] as string, 0)
    const { sent } = await observe(async () => {
      const first = ballots.commit([vote(ids[0] as string)])
      await untilWaiting(connection, 'row')
      const next = ballots.commit([vote(ids[0] as string), vote(ids[0] as string)])
      await holder.query('commit')
      expect(await Promise.all([first, next])).toMatchObject([[{ revision: 1 }], [{ revision: 1 }, { revision: 1 }]])
    })
    expect(sent.filter(({ name }) => name).map(isWrite), 'with one client they wait for each other').toEqual([
      true,
      true,
    ])
    const { rows } = await pool.query(
      'select version::int, (select count(*)::int from live_poll_votes) as votes from live_poll_boxes',
    )
    expect(rows).toEqual([{ version: 2, votes: 3 }])
    holder.release()
    await connection.close()

    await close()
  })

  it('of one box are each found out where the connection of both is lost, and counted once', async () => {
    const { pool, ballots, ids, url, close } = await openWithPolls(1, pipelined)
    const connection = connectPostgres(url)
    const holder = await holdBox(connection, ids[0] as string, 0)
    const unknown = vi.fn()
    const first = ballots.commit([vote(ids[0] as string)], unknown)
    await untilWaiting(connection, 'row')
    const next = ballots.commit([vote(ids[0] as string)], unknown)
    await connection.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'`,
    )
    await vi.waitFor(() => expect(unknown).toHaveBeenCalledTimes(2))
    await holder.query('commit')
    expect(await Promise.all([first, next])).toMatchObject([[{ revision: 1 }], [{ revision: 1 }]])
    const { rows } = await pool.query(
      'select sum(votes)::int as counted, (select count(*)::int from live_poll_votes) as votes from live_poll_tallies',
    )
    expect(rows).toEqual([{ counted: 2, votes: 2 }])
    holder.release()
    await connection.close()

    await close()
  })

  it.each([
    ['of one box', 1],
    ['of several boxes', 3],
  ])('%s are looked at one by one where somebody has voted, which is no error', async (_, number) => {
    const { pool, ballots, ids, close } = await openWithPolls(number)
    const first = vote(ids[0] as string)
    await ballots.commit([first])
    const others = ids.map((id) => vote(id))
    let outcomes: unknown
    const { errors } = await observe(async () => {
      outcomes = await ballots.commit([...others, { ...first, voteId: 'another' }])
    })
    expect(outcomes).toMatchObject([...others.map(() => ({ revision: 1 })), { revision: 2 }])
    expect(errors).toEqual([])
    const { rows } = await pool.query(
      `select sum(votes)::int as voters, (select count(*)::int from live_poll_votes) as votes
       from live_poll_tallies`,
    )
    expect(rows).toEqual([{ voters: number + 1, votes: number + 1 }])

    await close()
  })

  it('of several boxes do not wait long for any of them: of one that someone else has locked, they are passed over', async () => {
    const { ballots, ids, url, close } = await openWithPolls(3)
    const other = new Client(url)
    await other.connect()
    await other.query('begin')
    await other.query('select from live_poll_boxes where poll_id = $1 for no key update', [ids[1]])
    expect((await ballots.commit(ids.map((id) => vote(id)))).map(({ kind }) => kind)).toEqual(
      ids.map((_, index) => (index === 1 ? 'passed-over' : 'accepted')),
    )
    await other.end()

    await close()
  })

  it('of several boxes wait for all but the boxes as long as a transaction may', async () => {
    const { ballots, ids, url, close } = await openWithPolls(3)
    const connection = connectPostgres(url)
    const holder = await connection.pool.connect()
    await holder.query('begin')
    const tally = `insert into live_poll_tallies (poll_id, box, bucket, votes) values ($1, 0, 'only-1', 0)`
    await holder.query(tally, [ids[1]])
    const { sent } = await observe(async () => {
      const waiting = ballots.commit(ids.map((id) => vote(id)))
      await untilWaiting(connection, 'row') // longer than they wait for a box
      await holder.query('rollback')
      expect((await waiting).map(({ kind }) => kind)).toEqual(ids.map(() => 'accepted'))
    })
    expect(sent.filter(({ name }) => name).map(isWrite)).toEqual([true])
    holder.release()
    await connection.close()

    await close()
  })

  it('of several boxes are none where one of the polls has changed', async () => {
    const { pool, ballots, ids, close } = await openWithPolls(3)
    await pool.query('update live_poll_polls set plan = plan + 1 where id = $1', [ids[2]])
    expect((await ballots.commit(ids.map((id) => vote(id)))).map(({ kind }) => kind)).toEqual(
      ids.map((_, index) => (index === 2 ? 'stale' : 'accepted')),
    )

    await close()
  })
})
