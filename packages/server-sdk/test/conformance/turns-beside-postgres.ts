import { byTurns } from '../at-length.ts'
import { isPostgresSkipped } from '../servers/postgres.ts'

/** Databases that take the statements of Postgres: the suites of stores run on one of them, by turns, where Postgres is there. */
const besidePostgres = ['embedded', 'a host’s Kysely'] as const
const chosen = isPostgresSkipped ? besidePostgres : byTurns('databases beside Postgres', besidePostgres, 1)

export function hasItsTurn(name: (typeof besidePostgres)[number]): boolean {
  return chosen.includes(name)
}
