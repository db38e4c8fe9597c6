import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
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
  const { readOrCreateFile } = await import('../adapters/embedded/create-file.ts')
  const file = join(directory, 'admin-key')
  await mkdir(directory, { recursive: true })
  const { line, isNew } = await readOrCreateFile(file, () => `lpa_${randomBytes(32).toString('base64url')}`)
  return { key: line, isNew, file }
}
