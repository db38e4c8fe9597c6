import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * What a package and all that it needs take on a disk, without peers: bytes of each package, by its name.
 * @param folder of the package, whose dependencies are found from there as Node finds them
 */
export function installedSizes(folder: string): Map<string, number> {
  const sizes = new Map<string, number>()
  const waiting = [realpathSync(folder)]
  const seen = new Set<string>()
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (seen.has(at)) continue
    seen.add(at)
    const { name, dependencies = {} }: { name: string; dependencies?: Record<string, string> } = JSON.parse(
      readFileSync(join(at, 'package.json'), 'utf8'),
    )
    sizes.set(name, (sizes.get(name) ?? 0) + bytesIn(at))
    for (const dependency of Object.keys(dependencies)) waiting.push(findPackage(dependency, at))
  }
  return sizes
}

/** Packages inside it are counted by themselves. */
function bytesIn(folder: string): number {
  let bytes = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && entry.name !== 'node_modules') bytes += bytesIn(path)
    else if (entry.isFile()) bytes += lstatSync(path).size
  }
  return bytes
}

function findPackage(name: string, from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name)
    if (existsSync(path)) return realpathSync(path)
    if (folder === dirname(folder)) throw new Error(`${name} is not installed`)
  }
}
