import type { VoteServer } from '../servers/common.ts'
import { type Contender, castOn, toFigures, withServer } from './world.ts'

/** (a) What the parts can do by themselves: a bare server, and a bare bulk upsert. */
export const ceiling: readonly Contender[] = [1, 64].map((depth) => ({
  key: `a-${depth}`,
  title: `bare uWebSockets.js, ${depth} in flight`,
  measure: (world) =>
    withServer<VoteServer, ReturnType<typeof toFigures>>(world, 'bare-uws', undefined, async (server) => {
      const polls = await server.call('createPolls', 1)
      return toFigures(await castOn(world, server, polls, { protocol: 'bare', connections: 100, pace: { depth } }))
    }),
}))
