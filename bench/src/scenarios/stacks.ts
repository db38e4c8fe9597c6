import type { VoteServer } from '../servers/common.ts'
import { shownTo, whileShown } from './shown.ts'
import { type Contender, castOn, type Figures, toFigures, votingConnections, withServer } from './world.ts'

function stack(key: string, title: string, program: string, variant?: string): Contender {
  return {
    key,
    title,
    measure: (world) =>
      withServer<VoteServer, Figures>(world, program, variant, async (server) => {
        const polls = await server.call('createPolls', 1)
        const [poll = ''] = polls
        const plan = { protocol: 'socketIo', connections: votingConnections, pace: { depth: 1 } } as const
        const cast = () => castOn(world, server, polls, plan)
        return toFigures(
          await (variant === 'emit' ? whileShown(world, server, 'socketIo', poll, shownTo, cast) : cast()),
        )
      }),
  }
}

/** (c1) The typical stack, as most write it. */
export const typicalStack: readonly Contender[] = [
  stack('c1-quiet', 'typical stack, 1 in flight', 'typical-stack'),
  stack('c1-emit', `typical stack, each vote shown to ${shownTo}`, 'typical-stack', 'emit'),
]

/** (c2) The best that can be written with the same parts. */
export const bestStack: readonly Contender[] = [stack('c2-1', 'best of that stack, 1 in flight', 'best-stack')]
