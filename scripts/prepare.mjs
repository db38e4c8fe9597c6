import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { captureNode, root, runNode, tools } from './run-command.mjs'

export const buildCommand = [tools.turbo, 'run', 'build', '--output-logs=errors-only', '--ui=stream']

/** Makes a clone runnable: installs, builds, and ends the process with the exit code of the step that failed. */
export async function prepare() {
  await install()
  // What did not change comes from turbo's cache: this then takes well under a second.
  console.log('Building packages ...')
  const build = await captureNode(buildCommand)
  if (build.code !== 0) {
    console.error(`${build.output}\nThe build failed.`)
    process.exit(build.code)
  }
  console.log(`Building packages: done in ${build.seconds.toFixed(1)} s`)
}

/** Installs what package-lock.json asks for and node_modules lacks. */
export async function install() {
  const missing = firstMissing()
  if (!missing) return
  console.log(`Installing dependencies (${missing}) ...`)
  const code = await runNode([npmProgram(), 'ci', '--include=dev', '--no-audit', '--no-fund'])
  if (code !== 0) process.exit(code)
}

/** The npm that runs this script, or the one beside this Node. */
export function npmProgram() {
  const candidates = [
    process.env.npm_execpath,
    join(process.execPath, '../../lib/node_modules/npm/bin/npm-cli.js'),
    join(process.execPath, '../node_modules/npm/bin/npm-cli.js'),
  ]
  const found = candidates.find((path) => path?.endsWith('npm-cli.js') && existsSync(path))
  if (!found) throw new Error('npm was not found: run this through npm (npm start, npm test).')
  return found
}

/** Says what differs between package-lock.json and node_modules, or undefined when they agree. */
function firstMissing() {
  const installedLock = join(root, 'node_modules/.package-lock.json')
  if (!existsSync(installedLock)) return 'none yet'
  const wanted = readPackages(join(root, 'package-lock.json'))
  const installed = readPackages(installedLock)
  for (const [path, entry] of Object.entries(wanted)) {
    if (!path.includes('node_modules/')) continue // the root and the workspaces themselves
    const there = installed[path]
    const mayBeAbsent = entry.optional || entry.devOptional // built for another system
    if (!there && mayBeAbsent) continue
    if (!there || !existsSync(join(root, path))) return `missing: ${path.replace(/^node_modules\//, '')}`
    if (there.version !== entry.version || there.integrity !== entry.integrity) {
      return `changed: ${path.replace(/^node_modules\//, '')}`
    }
  }
}

function readPackages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages
}
