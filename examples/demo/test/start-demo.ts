import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type FollowedProcess, followProcess } from '../../../packages/server-sdk/test/follow-process.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

export interface RunningDemo extends FollowedProcess {
  /** Without a slash at the end. */
  readonly url: string
  /** Asks it to end, as Ctrl-C does. @returns its exit code */
  stop(): Promise<number | null>
}

type Environment = Readonly<Record<string, string>>

/** Starts the demo as `npm start` does, on free ports. Resolves when it has said that it runs. */
export async function startDemo(environment: Environment, args: readonly string[] = []): Promise<RunningDemo> {
  const demo = spawnDemo({ PORT: '0', ...environment }, args)
  const [, url = ''] = await demo.printed(/On this machine +(\S+)/)
  await demo.printed(/works once/)
  return { ...demo, url, stop: () => demo.end('SIGINT') }
}

/** Starts a demo that must not come up. @returns how it ended */
export async function failToStart(environment: Environment): Promise<{ code: number | null; output: string }> {
  const demo = spawnDemo(environment)
  const code = await demo.ended
  return { code, output: demo.output() }
}

function spawnDemo(environment: Environment, args: readonly string[] = []): FollowedProcess {
  const env = { ...process.env, ...environment }
  return followProcess(spawn(process.execPath, ['--import', 'tsx', main, ...args], { env }))
}
