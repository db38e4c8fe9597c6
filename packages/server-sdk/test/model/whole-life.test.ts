import { rm } from 'node:fs/promises'
import { embedded } from '@live-poll/server-sdk/embedded'
import { atLength } from '../at-length.ts'
import { makeDataFolder } from '../data-folder.ts'
import { createMariadbDatabase, describeOnMariadb } from '../servers/mariadb.ts'
import { mariadbDatabase } from '../servers/mariadb-gate.ts'
import { createPostgresDatabase, describeOnPostgres } from '../servers/postgres.ts'
import { postgresDatabase } from '../servers/postgres-database.ts'
import { describeWholeLife } from './whole-life.suite.ts'

const runs = Number(process.env.LIVE_POLL_LIVES ?? atLength('lives', 60, 1000))

describeWholeLife(
  'embedded',
  async () => {
    const directory = await makeDataFolder()
    return { database: embedded({ directory }), remove: () => rm(directory, { recursive: true }) }
  },
  runs,
)

describeOnPostgres('where transactions run side by side', () => {
  describeWholeLife(
    'postgres',
    async () => {
      const { url, drop } = await createPostgresDatabase()
      return { database: postgresDatabase(url), secret: 'the secret of the lives of polls on Postgres', remove: drop }
    },
    Math.ceil(runs / 5), // a life takes longer there
  )
})

describeOnMariadb('where transactions run side by side', () => {
  describeWholeLife(
    'MariaDB',
    async () => {
      const { url, drop } = await createMariadbDatabase()
      return { database: mariadbDatabase(url), secret: 'the secret of the lives of polls on MariaDB', remove: drop }
    },
    Math.ceil(runs / 10),
  )
})
