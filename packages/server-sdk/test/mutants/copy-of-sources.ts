import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import build from '../../tsup.config.ts'

const repository = fileURLToPath(new URL('../../../../', import.meta.url))
const server = 'packages/server-sdk'

/** The repository as its tests see it, in a folder of its own, with the server's sources to be changed. */
export interface CopyOfSources {
  readonly root: string
  /** Of the server's package. */
  readonly folder: string
  remove(): Promise<void>
}

/**
 * What the server's package exports is its sources here, not what was built of them: tests, and processes that they
 * start, run what is changed. All else is linked to.
 */
export async function copySources(): Promise<CopyOfSources> {
  const root = await mkdtemp(join(tmpdir(), 'live-poll-mutant-'))
  const folder = join(root, server)
  const link = (path: string) => symlink(join(repository, path), join(root, path))
  const linkAll = async (path: string, except: readonly string[]) => {
    await mkdir(join(root, path), { recursive: true })
    const names = (await readdir(join(repository, path))).filter((name) => !except.includes(name))
    await Promise.all(names.map((name) => link(join(path, name))))
  }
  await linkAll('', ['.git', 'node_modules', 'packages'])
  await linkAll('packages', ['server-sdk'])
  await linkAll('node_modules', ['@live-poll', '.vite'])
  await linkAll('node_modules/@live-poll', ['server-sdk'])
  await symlink(folder, join(root, 'node_modules/@live-poll/server-sdk'))
  await linkAll(server, ['src', 'test', 'package.json'])
  for (const name of ['src', 'test']) await cp(join(repository, server, name), join(folder, name), { recursive: true })
  const manifest = JSON.parse(await readFile(join(repository, server, 'package.json'), 'utf8'))
  await writeFile(join(folder, 'package.json'), JSON.stringify({ ...manifest, exports: exportsOfSources() }))
  return { root, folder, remove: () => rm(root, { recursive: true }) }
}

function exportsOfSources(): Record<string, string> {
  const { entry } = build as { readonly entry: Record<string, string> }
  const paths = Object.entries(entry).map(([name, file]) => [name === 'index' ? '.' : `./${name}`, `./${file}`])
  return { ...Object.fromEntries(paths), './package.json': './package.json' }
}
