import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, sql } from 'kysely'
import { expect, it } from 'vitest'
import { nameTables } from './name-tables.ts'
import { prepared } from './prepared.ts'
import { type Tables, table } from './tables.ts'

/** A database that notes what it is asked. */
function createNoting(prefix?: string) {
  const asked: { sql: string; parameters: readonly unknown[] }[] = []
  class NotingDriver extends DummyDriver {
    override async acquireConnection() {
      const connection = await super.acquireConnection()
      return {
        ...connection,
        async executeQuery({ sql, parameters }: { sql: string; parameters: readonly unknown[] }) {
          asked.push({ sql, parameters })
          return { rows: [{ id: 'p' }] as never[] }
        },
        async *streamQuery() {},
      }
    }
  }
  const db = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new NotingDriver(),
      createIntrospector: (one) => new PostgresIntrospector(one),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    plugins: prefix === undefined ? [] : [nameTables({ prefix })],
  })
  return { db, asked }
}

it('asks with the values where the statement has them, in another order, and the same one once', async () => {
  const find = prepared(
    ({ first, second }: { first: string; second: number }) =>
      sql<{
        id: string
      }>`select id from ${table('live_poll_polls')} where a = ${second} and b = ${first} or c = ${second}`,
  )
  const { db, asked } = createNoting()
  expect(await find(db, { first: 'one', second: 2 })).toEqual([{ id: 'p' }])
  await find(db, { first: 'three', second: 4 })
  const text = 'select id from "live_poll_polls" where a = $1 and b = $2 or c = $1'
  expect(asked).toEqual([
    { sql: text, parameters: [2, 'one'] },
    { sql: text, parameters: [4, 'three'] },
  ])
})

it('makes its text once, but for each naming of the tables, in transactions too', async () => {
  let made = 0
  const find = prepared(({ id }: { id: string }) => {
    made++
    return sql`select 1 from ${table('live_poll_polls')} where id = ${id}`
  })
  const one = createNoting('one_')
  const other = createNoting('other_')
  for (const { db } of [one, other]) {
    await find(db, { id: 'p' })
    await db.transaction().execute((trx) => find(trx, { id: 'q' }))
  }
  expect(made).toBe(2)
  expect(one.asked.map((query) => query.sql)).toEqual(Array(2).fill('select 1 from "one_polls" where id = $1'))
  expect(other.asked[1]).toEqual({ sql: 'select 1 from "other_polls" where id = $1', parameters: ['q'] })
})

it('refuses a statement with a value of its own: its text would keep that for ever', async () => {
  const own = 'p'
  const find = prepared((_: object) => sql`select 1 from ${table('live_poll_polls')} where id = ${own}`)
  await expect(find(createNoting().db, {})).rejects.toThrow('takes all of its values')
})
