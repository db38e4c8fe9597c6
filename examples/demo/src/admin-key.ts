import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'

/** The admin key of a data folder, made at the first start. @returns whether it is new */
export async function readOrCreateAdminKey(directory: string, file: string): Promise<{ key: string; isNew: boolean }> {
  await mkdir(directory, { recursive: true })
  const key = `lpa_${randomBytes(32).toString('base64url')}`
  try {
    await writeFile(file, `${key}\n`, { flag: 'wx', mode: 0o600 })
    return { key, isNew: true }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return { key: (await readFile(file, 'utf8')).trim(), isNew: false }
  }
}
