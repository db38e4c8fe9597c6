import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cli, environment } from './start-cli.ts'

export interface CliRun {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs `live-poll` to its end, in a process of its own: as it is published.
 * @param heap megabytes it may use for objects
 * @param program a source to run instead
 */
export async function runCli(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  heap = 512,
  program?: string,
): Promise<CliRun> {
  const file = program === undefined ? [cli] : ['--import', 'tsx', program]
  const node = [`--max-old-space-size=${heap}`, ...file, ...args]
  const child = spawn(process.execPath, node, { env: environment(env) })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  const [exitCode] = await once(child, 'close')
  return { exitCode, stdout, stderr }
}
