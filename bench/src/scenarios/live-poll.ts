import { join } from 'node:path'
import type { LivePollServer } from '../servers/live-poll.ts'
import { type CastPlan, type Contender, castOn, type Figures, toFigures, withServer } from './world.ts'

type OurPlan = Omit<CastPlan, 'protocol' | 'connections'> & { readonly polls?: number; readonly variant?: string }

/** A measurement of our server. */
export function ours(key: string, title: string, { polls = 1, variant, ...plan }: OurPlan): Contender {
  return {
    key,
    title,
    measure: (world) =>
      withServer<LivePollServer, Figures>(world, 'live-poll', variant, async (server) => {
        const ids = await server.call('createPolls', polls)
        if (world.profiles) await server.call('startProfile', null)
        await server.call('watchLoop', null)
        const report = await castOn(world, server, ids, { protocol: 'livePoll', connections: 100, ...plan })
        const loop = await server.call('loopDelay', null)
        if (world.profiles) {
          const file = join(world.profiles, `${key}.cpuprofile`)
          for (const line of await server.call('stopProfile', file)) world.print(line)
          world.print(file)
        }
        return { ...toFigures(report), loopDelay: loop.p99 }
      }),
  }
}

/** (b) Ours on Postgres and Redis, at saturation and at a given pace. */
export const livePoll: readonly Contender[] = [
  ours('b-1', 'ours, 1 in flight', { pace: { depth: 1 } }),
  ours('b-64', 'ours, 64 in flight', { pace: { depth: 64 } }),
  ours('b-5000', 'ours, 5,000 votes/s offered', { pace: { perSecond: 5000 } }),
  ours('b-20000', 'ours, 20,000 votes/s offered', { pace: { perSecond: 20_000 } }),
]
