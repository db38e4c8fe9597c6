import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where a program is installed; undefined: it is not. Debian has those of servers where not every PATH leads. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/bin'].filter((path) => path !== '')
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}
