import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(import.meta.dirname, '../..')

export interface Manifest {
  name: string
  version: string
  exports: Record<string, string | Record<string, string>>
  bin?: Record<string, string>
  dependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
}

/** A project in a folder of its own that has the three packages as npm would publish them, and nothing undeclared. */
export interface PackedProject {
  folder: string
  manifests: Manifest[]
  /** Files of a package, as paths from its root. */
  files(name: string): string[]
  read(name: string, path: string): string
  /** Where the tarball of a package is. */
  tarball(name: string): string
  /** Runs a module of this text in the project. @throws with its output when it fails */
  run(code: string): string
  /** Runs a command that a package brings. @returns what it printed @throws with its output when it fails */
  runCommand(name: string, command: string, ...args: readonly string[]): string
  /** Runs a module of this text and tells every file that was loaded as a module, as URLs. */
  loadedBy(code: string): string[]
  /** The sources that a built file was made of, from its source map. */
  sourcesOf(url: string): string[]
  /** Installs a package of the repository's beside them. */
  link(name: string): void
  remove(): void
}

/**
 * Packs the packages and unpacks them side by side, outside the repository: an import that no manifest declares is not
 * found. Dependencies are links to the repository's own copies, so that no network is needed.
 */
export function packProject(): PackedProject {
  const folder = mkdtempSync(join(tmpdir(), 'live-poll-package-'))
  const names = readdirSync(join(root, 'packages')).filter((name) =>
    existsSync(join(root, 'packages', name, 'package.json')),
  )
  execFileSync(
    'npm',
    ['pack', '--silent', '--pack-destination', folder, ...names.map((name) => `./packages/${name}`)],
    {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
  const manifests = readdirSync(folder)
    .filter((file) => file.endsWith('.tgz'))
    .map((file) => unpack(folder, file))
  const own = new Set(manifests.map((manifest) => manifest.name))
  for (const manifest of manifests) {
    const source = join(root, 'packages', manifest.name.slice('@live-poll/'.length))
    for (const dependency of Object.keys(manifest.dependencies ?? {})) {
      if (!own.has(dependency)) link(dependency, source, join(folder, 'node_modules', manifest.name))
    }
  }

  const at = (name: string) => join(folder, 'node_modules', name)
  const run = (code: string) =>
    execFileSync(process.execPath, ['--input-type=module', '--eval', code], { cwd: folder, encoding: 'utf8' })
  return {
    folder,
    manifests,
    files: (name) =>
      readdirSync(at(name), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.parentPath.slice(at(name).length).includes('node_modules'))
        .map((entry) => join(entry.parentPath, entry.name).slice(at(name).length + 1))
        .sort(),
    tarball(name) {
      const { version } = manifests.find((manifest) => manifest.name === name) ?? {}
      return join(folder, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`)
    },
    read: (name, path) => readFileSync(join(at(name), path), 'utf8'),
    run,
    runCommand(name, command, ...args) {
      const path = manifests.find((manifest) => manifest.name === name)?.bin?.[command]
      if (!path) throw new Error(`${name} has no command ${command}`)
      return execFileSync(process.execPath, [join(at(name), path), ...args], { cwd: folder, encoding: 'utf8' })
    },
    loadedBy(code) {
      writeFileSync(join(folder, 'trace.mjs'), traceHooks)
      const register = `import { register } from 'node:module'\nregister('./trace.mjs', import.meta.url)\n`
      return run(register + code)
        .split('\n')
        .filter((line) => line.startsWith('file:'))
    },
    sourcesOf(url) {
      const map = `${fileURLToPath(url)}.map`
      if (!existsSync(map)) return []
      const { sources }: { sources: string[] } = JSON.parse(readFileSync(map, 'utf8'))
      return sources.map((source) => join(dirname(map), source))
    },
    link: (name) => link(name, root, folder),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

const traceHooks = `
import { writeSync } from 'node:fs'
export async function load(url, context, next) {
  writeSync(1, url + '\\n')
  return next(url, context)
}`

function unpack(folder: string, tarball: string): Manifest {
  const loose = join(folder, 'package')
  execFileSync('tar', ['-xzf', tarball], { cwd: folder })
  const manifest: Manifest = JSON.parse(readFileSync(join(loose, 'package.json'), 'utf8'))
  const target = join(folder, 'node_modules', manifest.name)
  mkdirSync(dirname(target), { recursive: true })
  cpSync(loose, target, { recursive: true })
  rmSync(loose, { recursive: true })
  return manifest
}

/** Each package gets its own node_modules: what one declares does not help another. */
function link(dependency: string, source: string, target: string): void {
  const from = [join(source, 'node_modules', dependency), join(root, 'node_modules', dependency)].find(existsSync)
  if (!from) throw new Error(`${dependency} is not installed`)
  const to = join(target, 'node_modules', dependency)
  mkdirSync(dirname(to), { recursive: true })
  symlinkSync(from, to, 'junction')
}
