import { execFileSync, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What it takes to run one kind of database server in a folder of its own. */
export interface ServerPrograms {
  /** The system's user that runs it when the tests are root's: these servers refuse to. */
  readonly user: string
  /** Makes the data folder: program and arguments. */
  init(folder: string): readonly string[]
  serve(folder: string, port: number): readonly string[]
  /** Ends it at once, with nothing of it left in the system. */
  readonly endSignal: 'KILL' | 'QUIT' | 'TERM'
  /** What it logs when it takes connections. */
  readonly readyLine: string
  /** What it logs when the processes of a killed one are not gone yet. */
  readonly tooSoonLine: string
  /** What it logs when its port is taken. */
  readonly portTakenLine: string
}

/** A server of the tests' own, which may be killed and started again on its data. */
export interface OwnServer {
  readonly port: number
  /** Everything it has said. */
  log(): string
  /** SIGKILL to all its processes at once. */
  kill(): Promise<void>
  /** SIGSTOP: it hangs, with all its connections, until `resume`. */
  pause(): void
  resume(): void
  /** Starts it again. Resolves when it takes connections. */
  start(): Promise<void>
  /** Ends it and removes its folder. May be called twice. */
  stop(): Promise<void>
}

/**
 * Ends with the server. When its input ends, as it does with the tests, however they end, it ends the server and removes
 * the folder. A server that is only starting may miss a signal: it is sent until the server is gone.
 */
const keeper = `
trap '' PIPE # nobody may read the log any more
exec 3<&0
folder=$1 signal=$2
shift 2
"$@" >&2 &
server=$!
echo "$server"
{ read -r line <&3; : > "$folder/over"; while kill "-$signal" "$server"; do sleep 0.1; done; } 2>/dev/null &
reader=$!
wait "$server"
if [ -e "$folder/over" ]; then rm -rf "$folder" || rm -rf "$folder"; else kill "$reader"; fi
`

/** Ports are taken by others between looking and listening: seldom, and not this often in a row. */
const maxPorts = 3

/**
 * Starts a server on a free port of 127.0.0.1, in a temporary folder, open to everybody on this machine. It outlives
 * neither `stop` nor this process, however this process ends.
 *
 * @throws Error with the server's log
 */
export async function startOwnServer(programs: ServerPrograms): Promise<OwnServer> {
  const user = userOf(programs.user)
  const folder = await mkdtemp(join(tmpdir(), `live-poll-${programs.user}-`))
  if (user.uid !== undefined && user.gid !== undefined) await chown(folder, user.uid, user.gid)
  const options = { ...user, cwd: folder }
  let log = ''
  await keep(programs.init(folder)).exited
  let port = await freePort()
  let running = await run(maxPorts)

  function keep(command: readonly string[]) {
    // In a process group of its own: an interrupt from the keyboard reaches the tests first, and this at their end.
    const kept = ['-c', keeper, 'keeper', folder, programs.endSignal, ...command]
    const child = spawn('sh', kept, { ...options, detached: true })
    child.stdin.on('error', () => {}) // it has ended already
    child.stderr.on('data', (chunk) => {
      log += chunk
    })
    return { child, exited: once(child, 'exit') }
  }

  /** @param ports how many may be tried */
  async function run(ports: number) {
    for (let left = ports; ; ) {
      const logged = log.length
      const { child, exited } = keep(programs.serve(folder, port))
      const pid = once(child.stdout, 'data').then(([line]) => Number(line))
      const ready = new Promise<true>((resolve) => {
        child.stderr.on('data', () => log.includes(programs.readyLine, logged) && resolve(true))
      })
      if ((await Promise.race([ready, exited])) === true) return { child, exited, pid: await pid }
      if (log.includes(programs.portTakenLine, logged) && --left > 0) port = await freePort()
      else if (!log.includes(programs.tooSoonLine, logged)) throw new Error(`The server did not start.\n${log}`)
    }
  }

  function signal(name: NodeJS.Signals) {
    for (const pid of [running.pid, ...childrenOf(running.pid)]) sendNow(pid, name)
  }

  return {
    get port() {
      return port
    },
    log: () => log,
    async kill() {
      signal('SIGKILL')
      await running.exited
    },
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    async start() {
      running = await run(1)
    },
    async stop() {
      running.child.stdin.end()
      await running.exited
      await rm(folder, { recursive: true, force: true, maxRetries: 10 }) // one that was killed has left it
    },
  }
}

function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
}

function sendNow(pid: number, name: NodeJS.Signals) {
  try {
    process.kill(pid, name)
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
