import { monitorEventLoopDelay } from 'node:perf_hooks'
import { getHeapSpaceStatistics } from 'node:v8'
import { createProfiler } from '../measure/profile.ts'

/** What every server of the benchmark is told when it starts. */
export interface ServerArgument {
  readonly postgresUrl: string
  readonly redisUrl: string
  /** How one kind of server differs from another of its kind. */
  readonly variant?: string
}

export function readArgument(): ServerArgument {
  return JSON.parse(process.argv[2] ?? '{}') as ServerArgument
}

/** What every server can be asked for besides its own calls. */
export function commonCalls() {
  const profiler = createProfiler()
  const delay = monitorEventLoopDelay({ resolution: 5 })
  return {
    /**
     * Bytes, after a collection of garbage.
     * `nursery`: where V8 puts new objects; no connection lives there, and once grown (to 32 MB at most) it stays so.
     */
    memory(_: null): { readonly rss: number; readonly nursery: number } {
      globalThis.gc?.()
      globalThis.gc?.()
      const nursery = getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')
      return { rss: process.memoryUsage.rss(), nursery: nursery?.physical_space_size ?? 0 }
    },
    watchLoop(_: null): void {
      delay.reset()
      delay.enable()
    },
    /** Milliseconds that the event loop came late, since `watchLoop`. */
    loopDelay(_: null): { readonly p99: number; readonly max: number } {
      delay.disable()
      return { p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 }
    },
    startProfile: (_: null) => profiler.start(),
    stopProfile: (file: string) => profiler.stop(file),
  }
}

/** What every server that takes votes can be asked for. */
export type VoteServer = ReturnType<typeof commonCalls> & {
  port(_: null): number
  /** Makes polls. @returns their ids */
  createPolls(count: number): Promise<readonly string[]>
  /** What a connection shows when it opens; null where it needs nothing. */
  credential(_: null): Promise<string | null>
  /** Votes in these polls, as the server's results say. */
  countVotes(polls: readonly string[]): Promise<number>
}
