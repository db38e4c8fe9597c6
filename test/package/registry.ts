import { spawn } from 'node:child_process'
import { createReadStream, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Manifest, PackedProject } from './packed-project.ts'

const root = join(import.meta.dirname, '../..')

/** Stands in for the registry of npm: it has our packed packages, and of others what this repository has installed. */
export interface Registry {
  readonly url: string
  close(): void
}

interface Version {
  readonly manifest: Manifest
  send(response: ServerResponse): void
}

export async function startRegistry(project: PackedProject): Promise<Registry> {
  const links = mkdtempSync(join(tmpdir(), 'live-poll-registry-'))
  const installed: { packages: Record<string, unknown> } = JSON.parse(
    readFileSync(join(root, 'node_modules/.package-lock.json'), 'utf8'),
  )
  const paths = Object.keys(installed.packages)
  const known = new Map<string, readonly Version[]>()
  for (const manifest of project.manifests) {
    const send = (response: ServerResponse) => createReadStream(project.tarball(manifest.name)).pipe(response)
    known.set(manifest.name, [{ manifest, send }])
  }

  function versionsOf(name: string): readonly Version[] {
    const versions = known.get(name) ?? readInstalled(name)
    known.set(name, versions)
    return versions
  }

  /** The one at the top is the newest, as far as anyone asks. */
  function readInstalled(name: string): readonly Version[] {
    const found = paths.filter((path) => path === `node_modules/${name}` || path.endsWith(`/node_modules/${name}`))
    return found
      .sort((a, b) => b.length - a.length)
      .map((path) => ({
        manifest: JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8')) as Manifest,
        send: (response) => pack(join(root, path), links, response),
      }))
  }

  const server = createServer((request, response) => {
    const [, name = '', version] =
      /^\/((?:@[^/]+\/)?[^/]+)(?:\/-\/(.+)\.tgz)?$/.exec(decodeURIComponent(request.url ?? '')) ?? []
    const versions = versionsOf(name)
    const wanted = versions.find(({ manifest }) => manifest.version === version)
    if (wanted) return wanted.send(response)
    if (versions.length === 0) return void response.writeHead(404).end('{}')
    response.writeHead(200, { 'content-type': 'application/json' }).end(
      JSON.stringify({
        name,
        'dist-tags': { latest: versions.at(-1)?.manifest.version },
        versions: Object.fromEntries(
          versions.map(({ manifest }) => [
            manifest.version,
            { ...manifest, scripts: undefined, dist: { tarball: `${url}/${name}/-/${manifest.version}.tgz` } },
          ]),
        ),
      }),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    close() {
      server.close()
      server.closeAllConnections()
      rmSync(links, { recursive: true })
    },
  }
}

/** A tarball of a folder, as npm expects it: all in a folder `package`. Not compressed, which takes longest. */
function pack(folder: string, links: string, response: ServerResponse): void {
  const place = mkdtempSync(join(links, 'of-'))
  symlinkSync(folder, join(place, 'package'), 'junction')
  const tar = spawn('tar', ['-chf', '-', '--exclude=package/node_modules', 'package'], { cwd: place })
  tar.stdout.pipe(response)
}
