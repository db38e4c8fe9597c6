import { execFileSync, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { chown, mkdtemp } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The programs of a database server that may be killed. */
export interface ServerPrograms {
  /** The system's user that runs it when the tests are root's. */
  readonly user: string
  /** Makes the data folder: program and arguments. */
  init(folder: string): readonly string[]
  serve(folder: string, port: number): readonly string[]
  /** What it logs when it takes connections. */
  readonly readyLine: string
  /** What it logs when the processes of a killed one are not gone yet. */
  readonly tooSoonLine: string
}

/** A server that can be killed, and started again on its data. */
export interface KillableServer {
  readonly port: number
  /** Everything it has said. */
  log(): string
  /** SIGKILL to all its processes at once. */
  kill(): Promise<void>
  /** Starts it again. Resolves when it takes connections. */
  start(): Promise<void>
  /** Ends it and removes its folder. */
  stop(): Promise<void>
}

/** Ends with the server; ends the server and removes its folder when its input ends, as it does with the tests. */
const keeper = `
trap '' PIPE
exec 3<&0
folder=$1
shift
"$@" >&2 &
server=$!
echo "$server"
{ read -r line <&3; kill -KILL "$server"; rm -rf "$folder"; } &
reader=$!
wait "$server"
kill "$reader"
`

/** Starts a server on a free port of 127.0.0.1, on a new folder. */
export async function startKillableServer(programs: ServerPrograms): Promise<KillableServer> {
  const user = userOf(programs.user)
  const folder = await mkdtemp(join(tmpdir(), 'live-poll-server-'))
  if (user.uid !== undefined && user.gid !== undefined) await chown(folder, user.uid, user.gid)
  const port = await freePort()
  const options = { ...user, cwd: folder }
  const [init = '', ...initArguments] = programs.init(folder)
  execFileSync(init, initArguments, { ...options, stdio: 'pipe' })
  let log = ''
  let running = await run()

  async function run() {
    for (;;) {
      const child = spawn('sh', ['-c', keeper, 'keeper', folder, ...programs.serve(folder, port)], {
        ...options,
        detached: true,
        stdio: ['pipe', 'pipe', 'pipe'],
      })
      child.stdin.on('error', () => {}) // it has ended already
      const exited = once(child, 'exit')
      const pid = once(child.stdout, 'data').then(([line]) => Number(line))
      let own = ''
      const ready = new Promise<true>((resolve) => {
        child.stderr.on('data', (chunk) => {
          own += chunk
          log += chunk
          if (own.includes(programs.readyLine)) resolve(true)
        })
      })
      if ((await Promise.race([ready, exited])) === true) return { child, exited, pid: await pid }
      if (!own.includes(programs.tooSoonLine)) throw new Error(`The server did not start.\n${own}`)
    }
  }

  return {
    port,
    log: () => log,
    async kill() {
      for (const pid of [running.pid, ...childrenOf(running.pid)]) killNow(pid)
      await running.exited
    },
    async start() {
      running = await run()
    },
    async stop() {
      running.child.stdin.end()
      await running.exited
    },
  }
}

function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
}

function killNow(pid: number) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function userOf(name: string): Pick<SpawnOptions, 'uid' | 'gid'> {
  if (process.getuid?.() !== 0) return {}
  const idOf = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }))
  return { uid: idOf('-u'), gid: idOf('-g') }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
