import { execFileSync, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { chown, mkdtemp } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

export interface PostgresCluster {
  /** A superuser's connection URL of one of its databases. */
  url(database: string): string
  /** Ends the server and removes its folder. May be called twice. */
  stop(): Promise<void>
}

/** The folder that holds `initdb` and `postgres`, the newest where there are several; undefined without them. */
export function findPostgresBinaries(): string | undefined {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== ''),
  ]
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')))
}

/** Ports are taken by others between looking and listening: seldom, and not this often in a row. */
const maxAttempts = 3

/**
 * Starts a Postgres of its own on a free port of 127.0.0.1, in a temporary folder, open to everybody on this machine.
 * It outlives neither `stop` nor this process, however this process ends.
 *
 * @param binaries as `findPostgresBinaries` finds it
 * @throws Error with the server's log
 */
export async function startPostgresCluster(binaries: string): Promise<PostgresCluster> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    const cluster = await startOn(port, binaries).catch((error: Error) => error)
    if (!(cluster instanceof Error)) return cluster
    if (attempt === maxAttempts || !cluster.message.includes('could not bind')) throw cluster
  }
}

/**
 * Waits for the server or for the end of its input, whichever comes first: a parent that is killed closes it, too.
 * Nothing is flushed to the disk: what a killed server has committed is still there, only a power cut would lose it.
 */
const keeper = `
trap '' PIPE # nobody may read the log any more
exec 3<&0
"$1/initdb" -D "$2/data" -U postgres --auth=trust --encoding=UTF8 --locale=C --no-sync >&2 || exit 1
"$1/postgres" -D "$2/data" -p "$3" -k "$2" -h 127.0.0.1 \
  -c fsync=off -c full_page_writes=off -c shared_buffers=64MB &
server=$!
{ read -r line <&3; kill -QUIT "$server"; } &
reader=$!
wait "$server"
kill "$reader"
rm -rf "$2"
`

async function startOn(port: number, binaries: string): Promise<PostgresCluster> {
  const user = serverUser()
  const folder = await mkdtemp(join(tmpdir(), 'live-poll-postgres-'))
  if (user.uid !== undefined && user.gid !== undefined) await chown(folder, user.uid, user.gid)
  // In a process group of its own: an interrupt from the keyboard reaches the tests first, and this at their end.
  const child = spawn('sh', ['-c', keeper, 'postgres-keeper', binaries, folder, String(port)], {
    ...user,
    cwd: folder,
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  const exited = once(child, 'exit')
  child.stdin?.on('error', () => {}) // it has ended already
  let log = ''
  const ready = new Promise<void>((resolve) => {
    child.stderr?.on('data', (chunk) => {
      log = `${log}${chunk}`.slice(-10_000)
      if (log.includes('ready to accept connections')) resolve()
    })
  })
  await Promise.race([
    ready,
    exited.then(() => {
      throw new Error(`Postgres did not start.\n${log}`)
    }),
  ])
  return {
    url: (database) => `postgres://postgres@127.0.0.1:${port}/${database}`,
    async stop() {
      child.stdin?.end()
      await exited
    },
  }
}

/** Postgres refuses to run as root; its package brings a user for it. */
function serverUser(): Pick<SpawnOptions, 'uid' | 'gid'> {
  if (process.getuid?.() !== 0) return {}
  const idOf = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: idOf('-u'), gid: idOf('-g') }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('No port was given.')
  return address.port
}
