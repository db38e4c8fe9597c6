import type { BulkUpsert } from '../servers/bulk-upsert.ts'
import type { VoteServer } from '../servers/common.ts'
import { type Contender, castOn, type Figures, paced, toFigures, votingConnections, withServer } from './world.ts'

/** Votes in flight, or a second: the last says how long this machine takes when a server has next to nothing to do. */
const paces = [
  { key: 'a-1', title: '1 in flight', pace: { depth: 1 }, fullRunOnly: true },
  { key: 'a-64', title: '64 in flight', pace: { depth: 64 }, fullRunOnly: false },
  { key: 'a-20000', title: '20,000 votes/s offered', pace: { perSecond: 20_000 }, fullRunOnly: true },
] as const

const bareServers = paces.map(
  ({ key, title, pace, fullRunOnly }): Contender => ({
    key,
    title: `bare uWebSockets.js, ${title}`,
    fullRunOnly,
    measure: (world) =>
      withServer<VoteServer, Figures>(paced(world, { pace }), 'bare-uws', undefined, async (server) => {
        const polls = await server.call('createPolls', 1)
        return toFigures(await castOn(world, server, polls, { protocol: 'bare', connections: votingConnections, pace }))
      }),
  }),
)

const bulkUpserts = [500, 2000].map(
  (size): Contender => ({
    key: `a-upsert-${size}`,
    title: `bare Postgres, ${size.toLocaleString('en')} upserts a statement`,
    measure: (world) =>
      withServer<BulkUpsert, Figures>(world, 'bulk-upsert', undefined, async (server) => {
        const { postgres, redis } = world.databases
        const parts = { postgres: postgres.pid, redis: redis.pid }
        const { votes, seconds, cpu } = await server.call('upsert', { size, ...world.times, parts })
        return { votes: votes / seconds, server: cpu.server / votes, postgres: cpu.postgres / votes }
      }),
  }),
)

/** (a) What the parts can do by themselves: a bare server, and a bare bulk upsert. */
export const ceiling: readonly Contender[] = [...bareServers, ...bulkUpserts]
