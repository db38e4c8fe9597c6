import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  /** What is published, where it is not everything. */
  readonly files?: readonly string[]
}

/**
 * Bytes that some packages and all they depend on take in `node_modules`, each package once.
 * @param from a folder from which Node finds them
 */
export function installedSize(names: readonly string[], from: string): number {
  const seen = new Set<string>()
  let bytes = 0
  const waiting = names.map((name) => ({ name, from }))
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const folder = findPackage(next.name, next.from)
    if (seen.has(folder)) continue
    seen.add(folder)
    const { dependencies = {}, files } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
    const isOurs = !folder.includes('/node_modules/')
    bytes += isOurs ? (files ?? []).reduce((sum, name) => sum + sizeOf(join(folder, name)), 0) : sizeOf(folder)
    for (const name of Object.keys(dependencies)) waiting.push({ name, from: folder })
  }
  return bytes
}

function findPackage(name: string, from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate)
    if (folder === dirname(folder)) throw new Error(`${name} is not installed.`)
  }
}

/** Of a file or a folder; packages within a package are counted by themselves. */
function sizeOf(path: string): number {
  if (!existsSync(path)) return 0
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.size
  return readdirSync(path)
    .filter((name) => name !== 'node_modules')
    .reduce((sum, name) => sum + sizeOf(join(path, name)), 0)
}
