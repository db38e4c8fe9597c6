import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Names a set of processes whose pids can be compared: the machine since its boot, and the pid namespace in it. */
export function hostIdentity(): string {
  return [
    hostname(),
    read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
    read(() => readlinkSync('/proc/self/ns/pid')),
  ]
    .join(' ')
    .trim()
}

/**
 * When a process of this host started, as text to compare; a pid that was given to another process differs in it.
 * @returns undefined when there is no such process, '' when this system does not tell
 */
export function processStart(pid: number): string | undefined {
  if (!isAlive(pid)) return undefined
  if (process.platform === 'linux') {
    // Field 22; the second field is the command in parentheses and may hold spaces (proc_pid_stat(5)).
    const stat = read(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  }
  if (process.platform === 'win32') return ''
  return read(() => execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }))
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function read(source: () => string): string {
  try {
    return source().trim()
  } catch {
    return ''
  }
}
