import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname } from 'node:path'

export interface StaticFile {
  readonly body: Buffer
  readonly type: string
  readonly etag: string
}

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Every file of a folder by its path on the site. Read once: what is not there at the start is not served. */
export async function readStaticFiles(folder: URL): Promise<ReadonlyMap<string, StaticFile>> {
  const files = new Map<string, StaticFile>()
  for (const name of await readdir(folder)) {
    const type = types[extname(name)]
    if (!type) continue
    const body = await readFile(new URL(name, folder))
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 16)}"`
    files.set(`/${name}`, { body, type, etag })
  }
  return files
}
