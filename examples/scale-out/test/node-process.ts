import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

const server = fileURLToPath(new URL('../src/server.ts', import.meta.url))

/** One place behind nginx: its ports stay, whatever process stands there. */
export interface NodeProcess {
  readonly name: string
  readonly port: number
  readonly channelPort: number
  /** Base URL of its API, past nginx. */
  readonly api: string
  kill(): Promise<void>
  /** Starts another process in its place. Resolves when that is ready. */
  start(): Promise<void>
  /** Has it drain. @returns its exit code */
  stop(): Promise<number | null>
  /** Ends that nobody brought about, with what the process has said. */
  exits(): readonly string[]
}

/** Starts `src/server.ts`. @param environment all but the ports */
export async function startNode(name: string, environment: Readonly<Record<string, string>>): Promise<NodeProcess> {
  const [port, channelPort] = [await lastingPort(), await lastingPort()]
  const ports = { PORT: `${port}`, LIVE_POLL_CHANNEL_PORT: `${channelPort}` }
  const exits: string[] = []
  const expected = new WeakSet<ChildProcess>()
  let running: ChildProcess | undefined

  async function start() {
    const child = spawn(process.execPath, ['--import', 'tsx', server], {
      env: { ...process.env, ...environment, ...ports },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    running = child
    const endWithTests = () => child.kill('SIGKILL')
    process.once('exit', endWithTests)
    let output = ''
    const ready = new Promise<void>((resolve) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text) => {
          output += text
          if (output.includes('Ready on port')) resolve()
        })
      }
    })
    const ended = once(child, 'close').then(([code, signal]) => {
      process.off('exit', endWithTests)
      if (!expected.has(child)) exits.push(`${name} ended by itself: ${code ?? signal}\n${output}`)
    })
    await Promise.race([ready, ended])
    if (exits.length > 0) throw new Error(exits.join('\n'))
  }

  async function end(signal: NodeJS.Signals): Promise<number | null> {
    const child = running as ChildProcess
    expected.add(child)
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit')
      child.kill(signal)
      await exited
    }
    return child.exitCode
  }

  await start()
  return {
    ...{ name, port, channelPort, start },
    api: `http://127.0.0.1:${port}/live-poll`,
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
    exits: () => exits,
  }
}

/** Below those that the system gives away, so that nobody takes it while its process is dead. */
const lowest = 12_000
const highest = 20_000

async function lastingPort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest))
    const probe = createServer().listen(port, '127.0.0.1')
    const isFree = await Promise.race([
      once(probe, 'listening').then(() => true),
      once(probe, 'error').then(() => false),
    ]).catch(() => false)
    if (!isFree) continue
    probe.close()
    await once(probe, 'close')
    return port
  }
}
