import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** A process that a test has started, and what it says. */
export interface FollowedProcess {
  /** Everything printed so far, on standard output and standard error. */
  output(): string
  /** Resolves when something printed matches. @throws where it ends without */
  printed(pattern: RegExp): Promise<RegExpExecArray>
  /** @returns its exit code */
  readonly ended: Promise<number | null>
  /** Sends a signal, and waits for the end. @returns its exit code */
  end(signal: NodeJS.Signals): Promise<number | null>
}

/** Follows a process from its start on. */
export function followProcess(child: ChildProcess): FollowedProcess {
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk
      child.emit('printed')
    })
  }
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
