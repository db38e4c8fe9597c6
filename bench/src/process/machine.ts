import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus } from 'node:os'
import { describeNetwork } from './own-network.ts'

/** Core of the server that is measured; all else has the other one. */
export const serverCore = 0
export const otherCore = 1

/**
 * Whatever waits for its commit lives through some collections of garbage, each of which copies it: fewer are better. And a small
 * heap is marked as a whole every two seconds, during which one core has half of its time for votes: one that may grow is not.
 */
export const forManyVotes: readonly string[] = [
  '--max-semi-space-size=64',
  '--heap-growing-percent=400',
  '--no-memory-reducer',
]

const steady = ['--min-semi-space-size=64', '--v8-pool-size=1']

/**
 * Where the slowest answers are what is looked at. A nursery that grows meanwhile stands still for 30 ms, and V8's four threads, when
 * they compile, share the core with the loop. At saturation each costs a third more CPU a vote.
 */
export const forQuickAnswers: readonly string[] = [...forManyVotes, ...steady]

/** Memory as Node has it by itself, but no garbage is collected once more where little happens. */
export const forUpdates: readonly string[] = ['--no-memory-reducer']

const canPin = availableParallelism() > 1 && has('taskset')

/** The command, on one core and with as many open files as the system lets it have. */
export function onCore(core: number, command: readonly string[]): readonly string[] {
  const limits = 'ulimit -n "$(ulimit -H -n)" 2>/dev/null; exec "$@"'
  const pin = canPin ? ['taskset', '-c', `${core}`] : []
  return ['sh', '-c', limits, 'sh', ...pin, ...command]
}

/** What was changed of the machine for the benchmark, in words. */
export function describeMachine(): readonly string[] {
  const shell = (script: string) => execFileSync('sh', ['-c', script], { encoding: 'utf8' }).trim()
  const [soft, hard] = shell('ulimit -S -n; ulimit -H -n').split('\n')
  return [
    `${cpus().length} cores (${cpus()[0]?.model.trim()}), Node ${process.version}, NODE_ENV=production`,
    canPin
      ? `taskset: the server on core ${serverCore}; load generator, Postgres and Redis on core ${otherCore}`
      : 'nothing is pinned: there is no taskset, or only one core',
    describeNetwork(),
    `ulimit -n: ${soft} raised to ${hard}`,
    `node ${forManyVotes.join(' ')} for every server, of both sides, but where memory is measured (h, i, j)`,
    `besides, where so many votes a second are offered: ${steady.join(' ')}`,
    `in h, of both sides: ${forUpdates.join(' ')}`,
    'memory a viewer: of the whole process but V8’s nursery (up to 32 MB, of both sides), in which none is kept',
  ]
}

function has(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`])
    return true
  } catch {
    return false
  }
}
