import { describeOnPostgres } from '../servers/postgres.ts'
import { openHostKyselyStores } from './postgres-stores.ts'
import { describeStores } from './stores.suite.ts'

describeOnPostgres('The stores on a host’s Kysely on Postgres, its tables named otherwise', () =>
  describeStores('a host’s Kysely', openHostKyselyStores),
)
