import { randomUUID } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { Kysely, sql } from 'kysely'
import type { Database } from '../../ports/database.ts'
import { postgresSql } from '../postgres/postgres-sql.ts'
import { openSqlDatabase } from '../sql/open-sql-database.ts'
import type { Tables } from '../sql/tables.ts'
import { pgliteDialect } from './pglite-dialect.ts'

export interface TestDatabase extends Database {
  /**
   * Moves the clock of the open database forward. Resolves when whoever goes by the time has looked at it.
   * @returns the polls whose opening or closing time has come
   */
  moveClock(ms: number): Promise<readonly string[]>
}

/** Tables made by this version, without a row: written by the build, beside the built files. */
const seed = new URL('./testing-seed.tar.gz', import.meta.url)

/** A function that stands before Postgres's own of that name in the search path, and so is what statements call. */
const movableClock = `
  create schema live_poll_test;
  create function live_poll_test.clock_timestamp() returns timestamptz language sql volatile as $$
    select pg_catalog.clock_timestamp() + current_setting('live_poll_test.moved_by')::float8 * interval '1 millisecond'
  $$;
  set live_poll_test.moved_by = 0;
  set search_path = live_poll_test, pg_catalog, public;`

/** The embedded database for one test: in memory, with a clock that can be moved. It is opened once. */
export function testDatabase(): TestDatabase {
  const looks: (() => Promise<void>)[] = []
  let moveBy = async (_ms: number): Promise<readonly string[]> => []
  return {
    name: 'test',
    migrate: async () => [],
    moveClock: (ms) => moveBy(ms),
    async open(logger) {
      const [{ PGlite }, tar] = await Promise.all([import('@electric-sql/pglite'), readFile(seed).then(unpack)])
      const pglite = await PGlite.create({ loadDataDir: toBlob(tar) })
      await pglite.exec(movableClock).catch(async (error) => {
        await pglite.close()
        throw error
      })
      const db = new Kysely<Tables>({ dialect: pgliteDialect(pglite, () => {}) })
      const database = openSqlDatabase(db, postgresSql, logger)
      const imagesFolder = join(tmpdir(), `live-poll-test-${randomUUID()}`)
      let movedBy = 0
      moveBy = async (ms) => {
        const { now } = await database.polls.turnedSince(undefined)
        movedBy += ms
        // As a statement of its own through the dialect: between those of a transaction it could be rolled back.
        await sql`select set_config('live_poll_test.moved_by', ${String(movedBy)}, false)`.execute(db)
        const { pollIds } = await database.polls.turnedSince(now)
        for (const look of looks) await look()
        return pollIds
      }
      return {
        ...database,
        ...{ isShared: false, lanes: 1, unsafeSettings: ['in memory'], imagesFolder },
        onClockMove: (look) => void looks.push(look),
        async close() {
          if (!pglite.closed) await pglite.close()
          await rm(imagesFolder, { recursive: true, force: true })
        },
      }
    },
  }
}

const unpack = promisify(gunzip)

/** Asked for its bytes it gives them as they are: one that holds them copies 26 MB three times. */
function toBlob({ buffer, byteOffset, byteLength }: Uint8Array): Blob {
  return Object.assign(new Blob([]), { arrayBuffer: async () => buffer.slice(byteOffset, byteOffset + byteLength) })
}
