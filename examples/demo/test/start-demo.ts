import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

export interface RunningDemo {
  /** Without a slash at the end. */
  readonly url: string
  /** Everything printed so far. */
  output(): string
  /** Resolves when something printed matches. */
  printed(pattern: RegExp): Promise<RegExpExecArray>
  /** Asks it to end, as Ctrl-C does. @returns its exit code */
  stop(): Promise<number | null>
}

type Environment = Readonly<Record<string, string>>

/** Starts the demo as `npm start` does, on free ports. Resolves when it has said that it runs. */
export async function startDemo(environment: Environment, args: readonly string[] = []): Promise<RunningDemo> {
  const demo = spawnDemo({ PORT: '0', ...environment }, args)
  const [, url = ''] = await demo.printed(/On this machine +(\S+)/)
  await demo.printed(/works once/)
  return { ...demo, url }
}

/** Starts a demo that must not come up. @returns how it ended */
export async function failToStart(environment: Environment): Promise<{ code: number | null; output: string }> {
  const demo = spawnDemo(environment)
  const code = await demo.ended
  return { code, output: demo.output() }
}

function spawnDemo(environment: Environment, args: readonly string[] = []) {
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...args], { env: { ...process.env, ...environment } })
  let output = ''
  const collect = (chunk: string) => {
    output += chunk
    child.emit('printed')
  }
  child.stdout.setEncoding('utf8').on('data', collect)
  child.stderr.setEncoding('utf8').on('data', collect)
  const ended = once(child, 'close').then(([code]) => code as number | null)

  return {
    ended,
    output: () => output,
    async printed(pattern: RegExp) {
      for (;;) {
        const match = pattern.exec(output)
        if (match) return match
        const isOver = await Promise.race([once(child, 'printed').then(() => false), ended.then(() => true)])
        if (isOver) throw new Error(`It ended without printing ${pattern}:\n${output}`)
      }
    },
    stop() {
      child.kill('SIGINT')
      return ended
    },
  }
}
