import { execFileSync, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chown, mkdtemp } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

export interface MariadbServer {
  /** A superuser's connection URL of one of its databases, or of none. */
  url(database?: string): string
  /** Ends the server and removes its folder. May be called twice. */
  stop(): Promise<void>
}

export interface MariadbBinaries {
  readonly server: string
  readonly install: string
}

/** The programs that make a data folder and serve it; undefined without them. */
export function findMariadbBinaries(): MariadbBinaries | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/bin'].filter((path) => path !== '')
  const find = (name: string) => folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
  const [server, install] = [find('mariadbd'), find('mariadb-install-db')]
  return server && install ? { server, install } : undefined
}

/** Ports are taken by others between looking and listening: seldom, and not this often in a row. */
const maxAttempts = 3

/**
 * Starts a MariaDB of its own on a free port of 127.0.0.1, in a temporary folder, open to everybody on this machine.
 * It outlives neither `stop` nor this process, however this process ends.
 *
 * @param binaries as `findMariadbBinaries` finds them
 * @throws Error with the server's log
 */
export async function startMariadbServer(binaries: MariadbBinaries): Promise<MariadbServer> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    const server = await startOn(port, binaries).catch((error: Error) => error)
    if (!(server instanceof Error)) return server
    if (attempt === maxAttempts || !server.message.includes('Address already in use')) throw server
  }
}

/**
 * Waits for the server or for the end of its input, whichever comes first: a parent that is killed closes it, too.
 * Nothing is flushed to the disk: what a killed server has committed is still there, only a power cut would lose it.
 */
const keeper = `
trap '' PIPE # nobody may read the log any more
exec 3<&0
"$2" --no-defaults --datadir="$3/data" --auth-root-authentication-method=normal --skip-test-db \
  --innodb-log-file-size=16M --innodb-flush-method=nosync >&2 || exit 1
"$1" --no-defaults --datadir="$3/data" --tmpdir="$3" --socket="$3/socket" --pid-file="$3/pid" \
  --port="$4" --bind-address=127.0.0.1 --skip-name-resolve --skip-grant-tables --skip-networking=0 \
  --default-time-zone=+00:00 --max-connections=500 --innodb-flush-log-at-trx-commit=2 --innodb-doublewrite=0 \
  --innodb-flush-method=nosync --innodb-log-file-size=16M --innodb-buffer-pool-size=64M &
server=$!
{ read -r line <&3; kill -KILL "$server"; } &
reader=$!
wait "$server"
kill "$reader"
rm -rf "$3"
`

async function startOn(port: number, { server, install }: MariadbBinaries): Promise<MariadbServer> {
  const user = serverUser()
  const folder = await mkdtemp(join(tmpdir(), 'live-poll-mariadb-'))
  if (user.uid !== undefined && user.gid !== undefined) await chown(folder, user.uid, user.gid)
  // In a process group of its own: an interrupt from the keyboard reaches the tests first, and this at their end.
  const child = spawn('sh', ['-c', keeper, 'mariadb-keeper', server, install, folder, String(port)], {
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
      if (log.includes('ready for connections')) resolve()
    })
  })
  await Promise.race([
    ready,
    exited.then(() => {
      throw new Error(`MariaDB did not start.\n${log}`)
    }),
  ])
  return {
    url: (database = '') => `mysql://root@127.0.0.1:${port}/${database}`,
    async stop() {
      child.stdin?.end()
      await exited
    },
  }
}

/** MariaDB refuses to run as root; its package brings a user for it. */
function serverUser(): Pick<SpawnOptions, 'uid' | 'gid'> {
  if (process.getuid?.() !== 0) return {}
  const idOf = (flag: string) => Number(execFileSync('id', [flag, 'mysql'], { encoding: 'utf8' }))
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
