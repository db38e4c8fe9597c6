import { readdirSync, readFileSync } from 'node:fs'

/** CPU time in microseconds, of each part of a system under test. */
export interface CpuTimes {
  readonly server: number
  readonly postgres: number
  readonly redis: number
  readonly load: number
}

/** Process ids; 0 where the part is not there. */
export interface Parts {
  readonly server: number
  /** The postmaster: its children are counted in. */
  readonly postgres: number
  readonly redis: number
}

const microsPerTick = 10_000 // of USER_HZ, which is 100 wherever Linux runs

/** Must run in the load generator. Zero where there is no /proc. */
export function readCpuTimes({ server, postgres, redis }: Parts): CpuTimes {
  const { user, system } = process.cpuUsage()
  return { server: timeOf(server), postgres: timeOfFamily(postgres), redis: timeOf(redis), load: user + system }
}

export function differenceOf(before: CpuTimes, after: CpuTimes): CpuTimes {
  const { server, postgres, redis, load } = before
  return {
    server: after.server - server,
    postgres: after.postgres - postgres,
    redis: after.redis - redis,
    load: after.load - load,
  }
}

/** Of a process with all its threads, also of those that have ended. */
function timeOf(pid: number): number {
  const stat = readStat(pid)
  return stat ? (field(stat, 14) + field(stat, 15)) * microsPerTick : 0
}

/** Of a process and its children, also of those that have ended and been waited for. */
function timeOfFamily(pid: number): number {
  const stat = readStat(pid)
  if (!stat) return 0
  const ended = (field(stat, 16) + field(stat, 17)) * microsPerTick
  return childrenOf(pid).reduce((sum, child) => sum + timeOf(child), timeOf(pid) + ended)
}

export function parentOf(pid: number): number {
  const stat = readStat(pid)
  return stat ? field(stat, 4) : 0
}

function childrenOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    )
  } catch {
    return []
  }
}

/** What follows the name, which may hold spaces and brackets: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function readStat(pid: number): readonly string[] | undefined {
  if (pid === 0) return undefined
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}

/** @param number as the manual numbers it, from 1; the first two are cut off */
function field(stat: readonly string[], number: number): number {
  return Number(stat[number - 3])
}
