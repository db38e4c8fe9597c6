import { describeOnPostgres } from '../servers/postgres.ts'
import { openPostgresStores } from './postgres-stores.ts'
import { describeStores } from './stores.suite.ts'

describeOnPostgres('The stores on Postgres', () => describeStores('postgres', openPostgresStores))
