import { createLivePoll } from '@live-poll/server-sdk'
import { type MysqlOptions, mysql, SchemaError } from '@live-poll/server-sdk/mysql'
import { createPool, type Pool, type PoolOptions } from 'mysql2'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { createRecordingLogger } from '../recording-logger.ts'
import { createMariadbDatabase, describeOnMariadb, type MariadbTestDatabase } from '../servers/mariadb.ts'

const secret = 'a secret of at least 32 bytes, for tests'

describeOnMariadb('mysql({ pool })', () => {
  let database: MariadbTestDatabase
  const pools: Pool[] = []
  beforeAll(async () => {
    database = await createMariadbDatabase()
  })
  afterEach(async () => {
    for (const pool of pools.splice(0)) await pool.promise().end()
  })
  afterAll(() => database.drop())

  const makePool = (options: PoolOptions = {}): Pool => {
    const pool = createPool({ uri: database.url, ...options })
    pools.push(pool)
    return pool
  }
  const start = (options: MysqlOptions) =>
    createLivePoll({ database: mysql(options), secret, logger: createRecordingLogger() })

  it('serves polls from the host’s pool, and leaves it open', async () => {
    const pool = makePool()
    const livePoll = start({ pool })
    const { id } = await livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', '食べる 🍜'] })
    await livePoll.api.castVote({ pollId: id, voter: 'ada', voteId: 'v1', choices: [2] })
    expect(await livePoll.api.getResults(id)).toMatchObject({ votes: [0, 1], voters: 1 })
    await livePoll.close()
    const [rows] = await pool.promise().query('select label from live_poll_choices where poll_id = ? order by id', [id])
    expect(rows).toEqual([{ label: 'Soup' }, { label: '食べる 🍜' }])
  })

  it('makes its tables under another prefix when told to, once, and asks for it until then', async () => {
    const options = { pool: makePool(), prefix: 'other_' }
    const early = start(options)
    await expect(early.ready()).rejects.toThrow(SchemaError)
    await expect(early.ready()).rejects.toThrow('npx live-poll migrate --prefix other_')
    await early.close()
    const [first, second] = await Promise.all([mysql(options).migrate(), mysql(options).migrate()])
    expect([first.length, second.length].sort()).toEqual([0, Math.max(first.length, second.length)])
    const livePoll = start(options)
    const { id } = await livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Pie'] })
    await livePoll.api.castVote({ pollId: id, voter: 'ada', voteId: 'v1', choices: [2] })
    await livePoll.close()
    const [rows] = await options.pool.promise().query('select voter_key from other_votes')
    expect(rows).toHaveLength(1)
  })

  it('does not let votes wait behind a migration that waits for a table, and leaves its session as it was', async () => {
    const options = { pool: makePool({ connectionLimit: 3 }), prefix: 'waits_' }
    const pool = options.pool.promise()
    await mysql(options).migrate()
    await pool.query("delete from waits_migrations where name = '0003-who-votes'")
    await pool.query('alter table waits_votes drop column void_id')
    const reader = await pool.getConnection()
    await reader.query('start transaction')
    await reader.query('select * from waits_votes')
    await expect(mysql(options).migrate()).rejects.toMatchObject({ errno: 1205 })
    await reader.query('commit')
    reader.release()
    expect(await mysql(options).migrate()).toEqual(['0003-who-votes'])
    const [[before]] = (await pool.query('select @@global.lock_wait_timeout as seconds')) as unknown as [object[]]
    const connections = await Promise.all(Array.from({ length: 3 }, () => pool.getConnection()))
    for (const connection of connections) {
      const [[now]] = (await connection.query('select @@session.lock_wait_timeout as seconds')) as unknown as [object[]]
      expect(now).toEqual(before)
      connection.release()
    }
  })

  it('goes on with a migration that was cut off', async () => {
    const options = { pool: makePool(), prefix: 'cut_' }
    await mysql(options).migrate()
    for (const statement of ['delete from cut_migrations', 'drop table cut_settings']) {
      await options.pool.promise().query(statement)
    }
    expect((await mysql(options).migrate()).length).toBeGreaterThan(1)
    const livePoll = start(options)
    await livePoll.ready()
    await livePoll.close()
  })

  it.each<[string, PoolOptions, string, string]>([
    ['autocommit is off', {}, 'set autocommit = 0', 'autocommit = 0'],
    ['tables cannot undo', {}, 'set default_storage_engine = Aria', 'default_storage_engine'],
    ['text would be lost', { charset: 'latin1_swedish_ci' }, 'do 0', 'charset latin1'],
  ])('refuses a pool in whose sessions %s', async (_, options, statement, message) => {
    const pool = makePool(options)
    pool.on('connection', (connection) => connection.query(statement))
    const livePoll = start({ pool })
    await expect(livePoll.ready()).rejects.toThrow(message)
    await livePoll.close()
  })

  it('refuses what is no pool, and lanes that cannot be', () => {
    expect(() => mysql({} as MysqlOptions)).toThrow('pool')
    expect(() => mysql({ pool: {} as Pool })).toThrow('pool')
    for (const lanes of [0, 1.5, Number.NaN]) expect(() => mysql({ pool: makePool(), lanes })).toThrow('lanes')
    expect(() => mysql({ pool: makePool(), prefix: 'a-b' })).toThrow('prefix')
  })
})
