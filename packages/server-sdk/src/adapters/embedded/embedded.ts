import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Kysely } from 'kysely'
import type { Database, OpenDatabase } from '../../ports/database.ts'
import type { Logger } from '../../ports/logger.ts'
import { postgresSql } from '../postgres/postgres-sql.ts'
import { migrate } from '../sql/migrate.ts'
import { openSqlDatabase } from '../sql/open-sql-database.ts'
import type { Tables } from '../sql/tables.ts'
import { readOrCreateFile } from './create-file.ts'
import { lockDirectory } from './directory-lock.ts'
import { pgliteDialect } from './pglite-dialect.ts'

export { DirectoryInUseError } from './directory-lock.ts'

/** Where the embedded database keeps its files. */
export interface EmbeddedOptions {
  /** Holds the database, its lock, the secret, and pictures where they have no other place. Created when missing. @default '.live-poll' */
  readonly directory?: string
}

/**
 * Postgres inside this process (PGlite), with its data in a folder. For development, and for a site that one
 * process serves. Two instances in one process share the database; in a second process `ready()` rejects with a
 * `DirectoryInUseError` that names the holder.
 *
 * @example createLivePoll({ database: embedded({ directory: '/var/lib/live-poll' }) })
 */
export function embedded({ directory = '.live-poll' }: EmbeddedOptions = {}): Database {
  const path = resolve(directory)
  return {
    name: 'embedded',
    open: (logger) => share(path, () => openEmbedded(path, logger)),
    migrate: async () => [],
  }
}

/** Databases open in this process. On `globalThis`, because a hot reload loads this module again. */
interface Shared {
  readonly opening: Promise<OpenDatabase>
  users: number
  closing: Promise<void> | undefined
}
const registryKey = Symbol.for('@live-poll/server-sdk embedded databases')

function sharedDatabases(): Map<string, Shared> {
  const globals = globalThis as { [registryKey]?: Map<string, Shared> }
  globals[registryKey] ??= new Map()
  return globals[registryKey]
}

async function share(path: string, open: () => Promise<OpenDatabase>): Promise<OpenDatabase> {
  const registry = sharedDatabases()
  let shared = registry.get(path)
  while (shared?.closing) {
    await shared.closing
    shared = registry.get(path)
  }
  if (!shared) {
    shared = { opening: open(), users: 0, closing: undefined }
    registry.set(path, shared)
  }
  const mine = shared
  mine.users++
  const database = await mine.opening.catch((error) => {
    if (registry.get(path) === mine) registry.delete(path)
    throw error
  })
  let closed: Promise<void> | undefined
  return {
    ...database,
    close() {
      closed ??= (async () => {
        mine.users--
        if (mine.users > 0) return
        mine.closing = database.close().finally(() => registry.delete(path))
        await mine.closing
      })()
      return closed
    },
  }
}

async function openEmbedded(path: string, logger: Logger): Promise<OpenDatabase> {
  const lock = await lockDirectory(join(path, 'lock'))
  try {
    const { PGlite } = await import('@electric-sql/pglite')
    const folder = join(path, 'database')
    if (!existsSync(folder)) {
      logger.info(`Creating the embedded database in ${path}; this takes a few seconds, once.`)
      await createWhole(folder, async (draft) => (await PGlite.create(draft)).close())
    }
    const pglite = await PGlite.create(folder)
    const db = new Kysely<Tables>({ dialect: pgliteDialect(pglite, lock.assertHeld) })
    await migrate(db, postgresSql)
    const unsafeSettings = await postgresSql.readUnsafeSettings(db)
    if (unsafeSettings.length > 0) logger.info(`Durability is reduced: ${unsafeSettings.join(', ')}.`)
    return {
      ...openSqlDatabase(db, postgresSql, logger),
      isShared: false,
      lanes: 1,
      unsafeSettings,
      ownSecret: () => readOrCreateSecret(join(path, 'secret')),
      imagesFolder: join(path, 'images'),
      async close() {
        await lock.closing()
        await db.destroy()
        await pglite.close()
        await lock.release()
      },
    }
  } catch (error) {
    await lock.release()
    throw error
  }
}

/** A folder that a kill left half made must not look like a database: it is made under another name first. */
async function createWhole(folder: string, create: (draft: string) => Promise<void>): Promise<void> {
  const draft = `${folder}.creating`
  await rm(draft, { recursive: true, force: true })
  await create(draft)
  await rename(draft, folder)
}

async function readOrCreateSecret(file: string): Promise<string> {
  return (await readOrCreateFile(file, () => randomBytes(32).toString('base64url'))).line
}
