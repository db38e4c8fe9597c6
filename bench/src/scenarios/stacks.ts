import type { VoteServer } from '../servers/common.ts'
import { type Contender, castOn, type Figures, toFigures, withServer } from './world.ts'

/** Who looks on while votes are cast, where each vote is shown to all. */
const viewers = 200

function stack(key: string, title: string, program: string, variant?: string): Contender {
  return {
    key,
    title,
    measure: (world) =>
      withServer<VoteServer, Figures>(world, program, variant, async (server) => {
        const polls = await server.call('createPolls', 1)
        const [poll = ''] = polls
        const isShown = variant === 'emit'
        const port = await server.call('port', null)
        if (isShown) await world.load.call('gather', { protocol: 'socketIo', port, poll, count: viewers })
        try {
          const plan = { protocol: 'socketIo', connections: 100, pace: { depth: 1 } } as const
          return toFigures(await castOn(world, server, polls, plan))
        } finally {
          if (isShown) await world.load.call('leave', null)
        }
      }),
  }
}

/** (c1) The typical stack, as most write it. */
export const typicalStack: readonly Contender[] = [
  stack('c1-quiet', 'typical stack, 1 in flight', 'typical-stack'),
  stack('c1-emit', `the same, each vote shown to ${viewers}`, 'typical-stack', 'emit'),
]

/** (c2) The best that can be written with the same parts. */
export const bestStack: readonly Contender[] = [stack('c2-1', 'best of that stack, 1 in flight', 'best-stack')]
