import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { followProcess } from '../../packages/server-sdk/test/follow-process.ts'

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
  const { output, printed, end } = followProcess(child)
  const [, url = ''] = await printed(/Listening on (http\S+)\n/)
  return { url, output, stop: () => end('SIGTERM') }
}
