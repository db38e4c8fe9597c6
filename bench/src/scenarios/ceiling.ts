import type { BulkUpsert } from '../servers/bulk-upsert.ts'
import type { VoteServer } from '../servers/common.ts'
import { type Contender, castOn, type Figures, toFigures, votingConnections, withServer } from './world.ts'

const bareServers = [1, 64].map(
  (depth): Contender => ({
    key: `a-${depth}`,
    title: `bare uWebSockets.js, ${depth} in flight`,
    measure: (world) =>
      withServer<VoteServer, Figures>(world, 'bare-uws', undefined, async (server) => {
        const polls = await server.call('createPolls', 1)
        return toFigures(
          await castOn(world, server, polls, { protocol: 'bare', connections: votingConnections, pace: { depth } }),
        )
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
