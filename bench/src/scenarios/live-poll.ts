import type { LivePollServer } from '../servers/live-poll.ts'
import { profile } from './profile.ts'
import { shownTo, whileShown } from './shown.ts'
import {
  type CastPlan,
  type Contender,
  castOn,
  type Figures,
  paced,
  toFigures,
  votingConnections,
  withServer,
} from './world.ts'

type OurPlan = Omit<CastPlan, 'protocol' | 'connections'> & {
  readonly polls?: number
  /** Of each poll; one, where nothing is said. */
  readonly boxes?: number
  readonly variant?: string
  /** Who look on meanwhile. */
  readonly viewers?: number
  readonly fullRunOnly?: boolean
}

/** A measurement of our server. */
function ours(key: string, title: string, wanted: OurPlan): Contender {
  const { polls = 1, boxes = 1, variant, viewers = 0, fullRunOnly = false, ...plan } = wanted
  return {
    key,
    title,
    fullRunOnly,
    measure: (world) =>
      withServer<LivePollServer, Figures>(paced(world, plan), 'live-poll', variant, async (server) => {
        const ids = await server.call('createPolls', polls)
        if (boxes > 1) await server.call('addBoxes', { polls: ids, boxes })
        const stopProfile = await profile(world, server, key)
        await server.call('watchLoop', null)
        const warmUp = world.times.warmUp * ('perSecond' in plan.pace ? 2 : 1) // what runs less often is compiled later
        const load = { protocol: 'livePoll', connections: votingConnections, warmUp, ...plan } as const
        const cast = () => castOn(world, server, ids, load)
        const report =
          viewers > 0 ? await whileShown(world, server, 'livePoll', ids[0] ?? '', viewers, cast) : await cast()
        const loop = await server.call('loopDelay', null)
        await stopProfile()
        return { ...toFigures(report), loopDelay: loop.p99 }
      }),
  }
}

/** (b) Ours on Postgres and Redis, at saturation and at a given pace. */
export const livePoll: readonly Contender[] = [
  ours('b-1', 'ours, 1 in flight', { pace: { depth: 1 } }),
  ours('b-shown', `ours, 1 in flight, shown to ${shownTo}`, { viewers: shownTo, pace: { depth: 1 } }),
  ours('b-64', 'ours, 64 in flight', { pace: { depth: 64 } }),
  ours('b-5000', 'ours, 5,000 votes/s offered', { fullRunOnly: true, pace: { perSecond: 5000 } }),
  ours('b-20000', 'ours, 20,000 votes/s offered', { pace: { perSecond: 20_000 } }),
]

/** (d) Ours with the `ws` library, on the port of the API. */
export const onWs: readonly Contender[] = [
  ours('d-1', 'ours on ws, 1 in flight', { fullRunOnly: true, variant: 'ws', pace: { depth: 1 } }),
  ours('d-64', 'ours on ws, 64 in flight', { fullRunOnly: true, variant: 'ws', pace: { depth: 64 } }),
]

/** (e) Votes that replace votes. */
export const changes: readonly Contender[] = [
  ours('e-64', 'ours, changes of votes, 64 in flight', { voters: 200_000, fill: 200_000, pace: { depth: 64 } }),
]

/** (l) With an outbox: every vote is written for Kafka, made a message, and taken by a producer that does nothing with it. */
export const withOutbox: readonly Contender[] = [
  ours('l-64', 'ours with an outbox, 64 in flight', { variant: 'outbox', pace: { depth: 64 } }),
  ours('l-20000', 'ours with an outbox, 20,000 votes/s offered', { variant: 'outbox', pace: { perSecond: 20_000 } }),
]

/** (f) Votes on many polls at once; on one poll it is b-64, and where that has several boxes, f-boxes. */
export const manyPolls: readonly Contender[] = [
  ours('f-boxes', 'ours, one poll with 4 boxes, 64 in flight', { boxes: 4, pace: { depth: 64 } }),
  ours('f-100', 'ours, 100 polls, 64 in flight', { fullRunOnly: true, polls: 100, pace: { depth: 64 } }),
  ours('f-1000', 'ours, 1,000 polls, 64 in flight', { fullRunOnly: true, polls: 1000, pace: { depth: 64 } }),
  ours('f-20000', 'ours, 1,000 polls, 20,000 votes/s offered', { polls: 1000, pace: { perSecond: 20_000 } }),
]
