import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { embedded } from '../src/adapters/embedded/embedded.ts'
import { createRecordingLogger } from './recording-logger.ts'

/**
 * A data folder of its own for a test, with an empty database in it. The database is made once (PGlite takes seconds
 * for that) and copied from then on; lock and secret are never copied.
 *
 * @returns its path; whoever asked removes it
 */
export async function makeDataFolder(): Promise<string> {
  const template = await templateDatabase()
  const directory = await mkdtemp(join(tmpdir(), 'live-poll-test-'))
  await copyFolder(template, join(directory, 'database'))
  return directory
}

const root = new URL('../../../', import.meta.url)

/** Kept between runs, for as long as PGlite and the migrations stay what they are. */
async function templateDatabase(): Promise<string> {
  const cache = fileURLToPath(new URL('node_modules/.cache/live-poll/', root))
  const folder = join(cache, `template-${await fingerprint()}`)
  if (existsSync(folder)) return folder
  await mkdir(cache, { recursive: true })
  const draft = `${folder}.${process.pid}.${randomBytes(4).toString('hex')}`
  const database = await embedded({ directory: draft }).open(createRecordingLogger())
  await database.close()
  // Several test files may get here at once: each makes one, the first to finish is kept.
  await rename(join(draft, 'database'), folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
  })
  await rm(draft, { recursive: true })
  return folder
}

async function fingerprint(): Promise<string> {
  const migrations = new URL('packages/server-sdk/src/adapters/sql/migrations/', root)
  const files = (await readdir(migrations)).sort().map((name) => new URL(name, migrations))
  const hash = createHash('sha256')
  for (const file of [new URL('package-lock.json', root), ...files]) hash.update(await readFile(file))
  return hash.digest('hex').slice(0, 16)
}

/** A database is a thousand small files, over which `cp` of the system takes a tenth of the time of Node's. */
async function copyFolder(from: string, to: string): Promise<void> {
  if (process.platform === 'win32') await cp(from, to, { recursive: true })
  else await promisify(execFile)('cp', ['-R', from, to])
}
