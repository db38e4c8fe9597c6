import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './run-command.mjs'

// A registry that lacks some system's build of a tool (`@biomejs/cli-win32-x64`) makes `npm install` leave it out of
// package-lock.json, and then `npm ci` refuses the lockfile everywhere. This names what was left out, with the version
// that its parent pins, so that every system installs its own.

/** What the words in such a package's name say. */
const words = {
  os: {
    android: 'android',
    darwin: 'darwin',
    freebsd: 'freebsd',
    linux: 'linux',
    openbsd: 'openbsd',
    openharmony: 'openharmony',
    win32: 'win32',
    windows: 'win32',
  },
  cpu: {
    arm: 'arm',
    arm64: 'arm64',
    ia32: 'ia32',
    loong64: 'loong64',
    ppc64: 'ppc64',
    riscv64: 'riscv64',
    s390x: 's390x',
    x64: 'x64',
    64: 'x64',
  },
  libc: { musl: 'musl', gnu: 'glibc', gnueabihf: 'glibc', musleabihf: 'musl' },
}

/** Builds for other systems that a lockfile should name and does not: path -> entry. */
export function missingBuilds(packages) {
  const missing = {}
  for (const [parent, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (places(parent, name).some((path) => packages[path])) continue
      const parts = name.split(/[/-]/)
      const find = (table) => parts.flatMap((part) => table[part] ?? [])
      const [os, cpu, libc] = [find(words.os), find(words.cpu), find(words.libc)]
      if (os.length === 0 || !/^\d+\.\d+\.\d+$/.test(version))
        throw new Error(`${parent} wants ${name}@${version}: not a build for one system`)
      missing[`node_modules/${name}`] = {
        version,
        ...(cpu.length > 0 && { cpu }),
        ...(entry.dev && { dev: true }),
        ...(os.includes('linux') && libc.length > 0 && { libc }),
        optional: true,
        os,
      }
    }
  }
  return missing
}

/** Where Node would look for a package that `parent` asks for. */
function places(parent, name) {
  const folders = parent.split('/node_modules/')
  return folders
    .map((_, index) => `${folders.slice(0, index + 1).join('/node_modules/')}/node_modules/${name}`)
    .concat(`node_modules/${name}`)
}

if (process.argv[1] === import.meta.filename) {
  const file = join(root, 'package-lock.json')
  const lock = JSON.parse(readFileSync(file, 'utf8'))
  const missing = missingBuilds(lock.packages)
  const sorted = Object.entries({ ...lock.packages, ...missing }).sort(([a], [b]) => a.localeCompare(b, 'en'))
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`)
  console.log(`${Object.keys(missing).length} builds for other systems added to package-lock.json.`)
}
