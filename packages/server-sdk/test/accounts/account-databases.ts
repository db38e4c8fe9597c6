import type { Kysely } from 'kysely'
import { describe } from 'vitest'
import type { Tables } from '../../src/adapters/sql/tables.ts'
import type { Database } from '../../src/ports/database.ts'
import { byTurns } from '../at-length.ts'
import { describeOnMariadb } from '../servers/mariadb.ts'
import { shareMariadb } from '../servers/mariadb-gate.ts'
import { describeOnPostgres } from '../servers/postgres.ts'
import { shareEmbedded } from '../servers/share-embedded.ts'
import { sharePostgres } from '../servers/share-postgres.ts'

export interface AccountDatabase {
  readonly db: Kysely<Tables>
  forNode(): Database
  drop(): Promise<void>
}

/** Where accounts can be. As `describe`, and how to make one. */
export const accountDatabases: readonly (readonly [
  name: string,
  run: (name: string, work: () => void) => void,
  make: () => Promise<AccountDatabase>,
])[] = [
  ['embedded', describe, shareEmbedded],
  ['Postgres', describeOnPostgres, sharePostgres],
  ['MariaDB', describeOnMariadb, shareMariadb],
]

/** One of them, by turns. @param what is tried on it */
export function accountDatabasesByTurns(what: string) {
  return byTurns(`databases for ${what}`, accountDatabases, 1, ([name]) => name)
}
