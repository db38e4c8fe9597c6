import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

export interface CliRun {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs `live-poll` in a process of its own.
 * @param heap megabytes it may use for objects
 * @param program what to run instead
 */
export async function runCli(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  heap = 512,
  program = main,
): Promise<CliRun> {
  const node = [`--max-old-space-size=${heap}`, '--import', 'tsx', program, ...args]
  const { LIVE_POLL_DATABASE, LIVE_POLL_DATA, ...env } = process.env
  const child = spawn(process.execPath, node, { env: { ...env, ...environment } })
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
