import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { checkKey, type ImageStore, storageUnavailable } from '../../ports/image-store.ts'

/** Where pictures are kept as files. */
export interface FilesOptions {
  /** Holds the pictures, and nothing else; made when the first one comes. Relative to where the process runs. */
  readonly directory: string
}

/**
 * Pictures as files on this machine. For one node, or several that share a file system: what one node stores, others have
 * to find.
 *
 * @throws Error for an option that cannot work
 * @example createLivePoll({ images: files({ directory: '/var/lib/live-poll/images' }) })
 */
export function files(options: FilesOptions): ImageStore {
  if (typeof options?.directory !== 'string' || options.directory === '') {
    throw new Error('files: directory: send the path of a folder, as in files({ directory: "./images" }).')
  }
  const directory = resolve(options.directory)

  function pathOf(key: string): string {
    checkKey(key)
    return join(directory, key)
  }

  return {
    name: 'files',

    put: (key, bytes) =>
      reaching(async () => {
        const path = pathOf(key)
        const unfinished = `${path}.${randomBytes(6).toString('hex')}.unfinished`
        try {
          await writeInFolder(unfinished, bytes)
          await rename(unfinished, path)
        } catch (error) {
          await rm(unfinished, { force: true })
          throw error
        }
      }),

    get: (key, range) =>
      reaching(async () => {
        const path = pathOf(key)
        const found = await stat(path).catch(unlessMissing)
        if (!found?.isFile()) return undefined
        const within = range && { start: range.first, end: Math.min(range.last, found.size - 1) }
        return { size: found.size, bytes: within && within.start > within.end ? none() : read(path, within) }
      }),

    delete: (keys) =>
      reaching(async () => {
        const folders = new Set<string>()
        for (const path of keys.map(pathOf)) {
          await rm(path, { force: true })
          await removeUnfinished(path)
          for (let folder = dirname(path); folder !== directory; folder = dirname(folder)) folders.add(folder)
        }
        for (const folder of [...folders].sort((a, b) => b.length - a.length)) {
          await rmdir(folder).catch(() => {}) // there is something in it still, or it was never there
        }
      }),
  }
}

/** What a process has left behind that was killed while it wrote. */
async function removeUnfinished(path: string): Promise<void> {
  const names = (await readdir(dirname(path)).catch(unlessMissing)) ?? []
  for (const name of names) {
    if (name.startsWith(`${basename(path)}.`) && name.endsWith('.unfinished'))
      await rm(join(dirname(path), name), { force: true })
  }
}

/** Its folder may be removed just then, by who has removed the last of what was in it. */
async function writeInFolder(path: string, bytes: Uint8Array): Promise<void> {
  for (let tries = 1; ; tries++) {
    await mkdir(dirname(path), { recursive: true })
    try {
      return await writeThrough(path, bytes)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || tries === 5) throw error
    }
  }
}

/** Its bytes are on the disk when it resolves. */
async function writeThrough(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx')
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function* read(path: string, range: { start: number; end: number } | undefined): AsyncIterable<Uint8Array> {
  try {
    yield* createReadStream(path, range)
  } catch (error) {
    throw storageUnavailable(error)
  }
}

async function* none(): AsyncIterable<Uint8Array> {}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error
}

async function reaching<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === undefined ? error : storageUnavailable(error)
  }
}
