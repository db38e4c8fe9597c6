import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database, LivePollOptions } from '@live-poll/server-sdk'
import { embedded } from '@live-poll/server-sdk/embedded'
import { files } from '@live-poll/server-sdk/files'
import { makeDataFolder } from '../data-folder.ts'
import { createPostgresDatabase, isPostgresSkipped } from './postgres.ts'
import { postgresDatabase } from './postgres-database.ts'

export interface Storage {
  /** Names it, and holds the pictures. */
  readonly directory: string
  drop(): Promise<void>
}

type StorageOptions = Pick<LivePollOptions, 'secret' | 'images'> & { readonly database: Database }

const onPostgres = new Map<string, StorageOptions>()

/**
 * New storage for a Live Poll under test whose database is all the same: on Postgres, where it is installed, which costs
 * a tenth of the processor that the embedded database does.
 */
export async function makeStorage(): Promise<Storage> {
  if (isPostgresSkipped) {
    const directory = await makeDataFolder()
    return { directory, drop: () => rm(directory, { recursive: true }) }
  }
  const [database, directory] = [await createPostgresDatabase(), await mkdtemp(join(tmpdir(), 'live-poll-test-'))]
  onPostgres.set(directory, {
    database: postgresDatabase(database.url),
    secret: randomBytes(32).toString('base64url'),
    images: files({ directory: join(directory, 'images') }),
  })
  return {
    directory,
    async drop() {
      onPostgres.delete(directory)
      await rm(directory, { recursive: true })
      await database.drop()
    },
  }
}

/** How a Live Poll uses storage. @param directory of `makeStorage`, or a data folder with the embedded database */
export function storageIn(directory: string): StorageOptions {
  return onPostgres.get(directory) ?? { database: embedded({ directory }) }
}
