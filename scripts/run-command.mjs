import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

/** The folder of the repository, without a trailing slash. */
export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '')

/** Where a tool of node_modules starts: run with node itself, so that it works the same on every system. */
export const tools = {
  turbo: 'node_modules/turbo/bin/turbo',
  vitest: 'node_modules/vitest/vitest.mjs',
  biome: 'node_modules/@biomejs/biome/bin/biome',
  tsc: 'node_modules/typescript-7/bin/tsc',
  vueTsc: 'node_modules/vue-tsc/bin/vue-tsc.js',
  depcruise: 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
  knip: 'node_modules/knip/bin/knip.js',
  sizeLimit: 'node_modules/size-limit/bin.js',
}

/** No tool of this repository phones home. */
export const environment = {
  ...process.env,
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  DO_NOT_TRACK: '1',
}

/**
 * Runs a Node program on this terminal, passes signals on to it, and resolves to its exit code.
 * With `node`, by that Node instead of this one.
 */
export function runNode(args, { cwd = root, env = {}, node = process.execPath } = {}) {
  const child = spawn(node, args, { cwd, env: { ...environment, ...env }, stdio: 'inherit' })
  const pass = (signal) => child.kill(signal)
  // Ctrl-C in a terminal reaches the child by itself: passed on as well, it would look like a second, impatient one.
  const interrupt = () => process.stdin.isTTY || child.kill('SIGINT')
  process.on('SIGTERM', pass).on('SIGHUP', pass).on('SIGINT', interrupt)
  // Between npm and us stands a shell that a SIGTERM to npm ends without a word to us.
  const parent = process.ppid
  const orphaned = setInterval(() => {
    if (process.env.npm_lifecycle_event === undefined || process.ppid === parent) return
    clearInterval(orphaned)
    child.kill('SIGTERM')
  }, 200)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      clearInterval(orphaned)
      process.off('SIGTERM', pass).off('SIGHUP', pass).off('SIGINT', interrupt)
      resolve(code ?? 128 + constants.signals[signal])
    })
  })
}

/** Runs a Node program unseen and resolves to its exit code, its output (both streams, in order) and its seconds. */
export function captureNode(args, { cwd = root, env = {} } = {}) {
  const started = performance.now()
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...environment, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const collect = (chunk) => {
    output += chunk
  }
  child.stdout.setEncoding('utf8').on('data', collect)
  child.stderr.setEncoding('utf8').on('data', collect)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      const seconds = (performance.now() - started) / 1000
      resolve({ code: code ?? 128 + constants.signals[signal], output, seconds })
    })
  })
}
