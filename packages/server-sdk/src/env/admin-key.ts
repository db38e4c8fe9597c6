import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** An admin key that is kept in a file. */
export interface KeptAdminKey {
  readonly key: string
  /** Whether it was made just now. */
  readonly isNew: boolean
  readonly file: string
}

/** The admin key of a data folder, made when it is first asked for, readable by its owner alone. */
export async function readOrCreateAdminKey(directory: string): Promise<KeptAdminKey> {
  const file = join(directory, 'admin-key')
  const key = `lpa_${randomBytes(32).toString('base64url')}`
  await mkdir(directory, { recursive: true })
  try {
    await writeFile(file, `${key}\n`, { flag: 'wx', mode: 0o600 })
    return { key, isNew: true, file }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return { key: (await readFile(file, 'utf8')).trim(), isNew: false, file }
  }
}
