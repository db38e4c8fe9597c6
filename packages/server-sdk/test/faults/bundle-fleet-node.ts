import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

let bundling: Promise<string> | undefined

/**
 * Makes one file of a node's sources, failpoints and all, once a process: it starts in a third of the time, and hundreds
 * are started. It stands where its packages are found, and goes with this process. @returns its path
 */
export function bundleFleetNode(): Promise<string> {
  bundling ??= bundle()
  return bundling
}

async function bundle(): Promise<string> {
  const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))
  const outfile = path(`../../../../node_modules/.fleet-node-${process.pid}.mjs`)
  await build({
    entryPoints: [path('./fleet-node.ts')],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  })
  process.on('exit', () => rmSync(outfile, { force: true }))
  return outfile
}
