import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'

/** As it is published. */
export const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

export interface RunningCli {
  /** Everything printed so far, on standard output and standard error. */
  output(): string
  /** Resolves when something printed matches. @throws where it ends without */
  printed(pattern: RegExp): Promise<RegExpExecArray>
  /** @returns its exit code */
  readonly ended: Promise<number | null>
  /** Sends a signal, and waits for the end. @returns its exit code */
  end(signal: NodeJS.Signals): Promise<number | null>
}

/** Of whoever runs the tests: must not reach the commands under test. */
const cleared = /^(LIVE_POLL_|PORT$|NO_COLOR$|TERM$|NODE_ENV$)/

/** The environment of a command: this one, without what is said to Live Poll. */
export function environment(own: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !cleared.test(name))
  return { ...Object.fromEntries(inherited), ...own }
}

const started = new Set<ChildProcess>()

// A test that fails must not leave a server behind.
afterAll(() => {
  for (const child of started) child.kill('SIGKILL')
})

/** Starts `live-poll` in a process of its own. @param program with arguments that stand before those of the command */
export function startCli(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  program: readonly string[] = [process.execPath, cli],
): RunningCli {
  const [file = '', ...before] = program
  const child = spawn(file, [...before, ...args], { env: environment(env) })
  started.add(child)
  child.once('close', () => started.delete(child))
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
    async printed(pattern) {
      for (;;) {
        const match = pattern.exec(output)
        if (match) return match
        const isOver = await Promise.race([once(child, 'printed').then(() => false), ended.then(() => true)])
        if (isOver && !pattern.test(output)) throw new Error(`It ended without printing ${pattern}:\n${output}`)
      }
    },
    end(signal) {
      child.kill(signal)
      return ended
    },
  }
}
