import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type FollowedProcess, followProcess } from '../follow-process.ts'

/** As it is published. */
export const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

/** Of whoever runs the tests: must not reach the commands under test. */
const cleared = /^(LIVE_POLL_|PORT$|NO_COLOR$|TERM$|NODE_ENV$)/

/** The environment of a command: this one, without what is said to Live Poll. */
export function environment(own: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !cleared.test(name))
  return { ...Object.fromEntries(inherited), ...own }
}

/** Starts `live-poll` in a process of its own. @param program with arguments that stand before those of the command */
export function startCli(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  program: readonly string[] = [process.execPath, cli],
): FollowedProcess {
  const [file = '', ...before] = program
  const child = spawn(file, [...before, ...args], { env: environment(env) })
  // A test that fails must not leave a server behind.
  const endWithTests = () => child.kill('SIGKILL')
  process.once('exit', endWithTests)
  child.once('close', () => process.off('exit', endWithTests))
  return followProcess(child)
}
