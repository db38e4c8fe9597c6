import { randomBytes } from 'node:crypto'
import { link, readFile, rm, writeFile } from 'node:fs/promises'

/**
 * Links a finished file into place: it appears whole, or not at all because another one has.
 * @param mode who may read it
 * @returns whether it is this one that is there
 */
export async function createFile(file: string, text: string, mode = 0o666): Promise<boolean> {
  const draft = `${file}.draft-${randomBytes(8).toString('hex')}`
  try {
    await writeFile(draft, text, { mode })
    await link(draft, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}

/**
 * The line that a file keeps, made when it is first asked for, readable by its owner alone. All who ask at once get the same.
 * @returns the line, and whether it was made just now
 */
export async function readOrCreateFile(file: string, make: () => string): Promise<{ line: string; isNew: boolean }> {
  const kept = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (kept !== undefined) return { line: kept.trim(), isNew: false }
  const line = make()
  if (await createFile(file, `${line}\n`, 0o600)) return { line, isNew: true }
  return { line: (await readFile(file, 'utf8')).trim(), isNew: false }
}
