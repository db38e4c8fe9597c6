import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

const source = join(import.meta.dirname, '..')
const built = join(source, '../dist')

/**
 * Builds what runs in processes of its own to plain JavaScript: what translates TypeScript as it loads would take part in
 * what is measured. Packages stay as installed.
 */
export async function buildPrograms(): Promise<void> {
  const servers = readdirSync(join(source, 'servers')).filter((name) => name.endsWith('.ts'))
  await build({
    entryPoints: [...servers.map((name) => join(source, 'servers', name)), join(source, 'load/load-generator.ts')],
    outdir: built,
    entryNames: '[name]',
    ...{ bundle: true, packages: 'external', platform: 'node', format: 'esm', target: 'node20', sourcemap: 'linked' },
    logLevel: 'warning',
  })
}

/** @param name as in `live-poll` */
export function programPath(name: string): string {
  return join(built, `${name}.js`)
}
