import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const examples = join(import.meta.dirname, '../../examples')

export interface RunningExample {
  /** Without a slash at the end. */
  readonly url: string
  /** Everything printed so far. */
  output(): string
  /** Asks it to end, as a deploy does. @returns its exit code */
  stop(): Promise<number | null>
}

/** Those of whoever runs the tests must not reach the example. */
function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/^(LIVE_POLL_|NODE_ENV$)/.test(name)))
}

/** Starts an example by its start script, on a free port. Resolves when it listens. */
export async function startExample(name: string, environment: Record<string, string>): Promise<RunningExample> {
  const directory = join(examples, name)
  const { scripts } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
  const [program, ...args] = scripts.start.split(' ')
  if (program !== 'tsx') throw new Error(`${name} is not started by tsx.`)
  const child = spawn(process.execPath, ['--import', 'tsx', ...args], {
    cwd: directory,
    env: { ...withoutSettings(process.env), PORT: '0', ...environment },
  })
  const endWithTests = () => child.kill('SIGKILL')
  process.once('exit', endWithTests)
  child.once('close', () => process.off('exit', endWithTests))
  let output = ''
  const collect = (chunk: string) => {
    output += chunk
    child.emit('printed')
  }
  child.stdout.setEncoding('utf8').on('data', collect)
  child.stderr.setEncoding('utf8').on('data', collect)
  const ended = once(child, 'close').then(([code]) => code as number | null)

  async function readUrl(): Promise<string> {
    for (;;) {
      const url = /Listening on (http\S+)\n/.exec(output)?.[1]
      if (url) return url
      const isOver = await Promise.race([once(child, 'printed').then(() => false), ended.then(() => true)])
      if (isOver) throw new Error(`${name} ended before it listened:\n${output}`)
    }
  }

  return {
    url: await readUrl(),
    output: () => output,
    stop() {
      child.kill('SIGTERM')
      return ended
    },
  }
}
