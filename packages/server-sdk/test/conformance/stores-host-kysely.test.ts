import { describe } from 'vitest'
import { describeOnPostgres } from '../servers/postgres.ts'
import { openHostKyselyStores } from './postgres-stores.ts'
import { describeStores } from './stores.suite.ts'
import { hasItsTurn } from './turns-beside-postgres.ts'

describe.skipIf(!hasItsTurn('a host’s Kysely'))('A host’s Kysely', () => {
  describeOnPostgres('The stores on it, on Postgres, its tables named otherwise', () =>
    describeStores('a host’s Kysely', openHostKyselyStores),
  )
})
