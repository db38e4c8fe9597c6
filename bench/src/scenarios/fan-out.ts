import type { ViewersReport } from '../load/viewers.ts'
import type { ProtocolName } from '../load/vote-protocols.ts'
import { forUpdates } from '../process/machine.ts'
import type { Remote } from '../process/start-process.ts'
import type { FanOutServer } from '../servers/fan-out.ts'
import type { LivePollServer } from '../servers/live-poll.ts'
import { profile } from './profile.ts'
import { type Contender, type Figures, type World, withServer } from './world.ts'

/** Updates a second, at most and about. */
const pace = 10
/** Votes a second that make ours update: some for each update, so that each has something new, though who sends them is busy. */
const votes = 5 * pace
/** As long as it warms up: what takes votes is compiled after thousands of them. */
const votesToWarmUp = 2000

/** One tells what it costs that there are results at all: in ours, that votes are cast and the database is read. */
const sizes = [1, 1000, 5000, 10_000] as const

/** (h) Results shown to many: what each update costs, how far apart it arrives, how much memory a viewer takes. */
export const fanOut: readonly Contender[] = sizes.flatMap((count) => [
  contender(`h-ours-${count}`, 'ours', count, (world) =>
    withServer<LivePollServer, Figures>(steady(world), 'live-poll', undefined, async (server) => {
      const polls = await server.call('createPolls', 1)
      const parts = { server: server.pid, postgres: 0, redis: 0 }
      const stopProfile = await profile(world, server, `h-ours-${count}`)
      let first = 0
      const figures = await show(world, server, 'livePoll', polls[0] ?? '', count, async (seconds, perSecond) => {
        const { total } = await world.load.call('castVotes', {
          ...{ protocol: 'livePoll', polls, connections: 1, pace: { perSecond }, warmUp: 0, seconds, parts, first },
          port: await server.call('port', null),
          credential: await server.call('credential', null),
        })
        first += total.sent
      })
      await stopProfile()
      return figures
    }),
  ),
  contender(`h-ws-${count}`, 'ws', count, (world) => library(world, 'ws-fan-out', 'bare', count)),
  contender(`h-io-${count}`, 'Socket.IO', count, (world) => library(world, 'socket-io-fan-out', 'socketIo', count)),
])

function contender(key: string, name: string, count: number, measure: Contender['measure']): Contender {
  return {
    key,
    title: `${name}, ${count.toLocaleString('en')} ${count === 1 ? 'viewer' : 'viewers'}`,
    measure,
    fullRunOnly: count >= 5000,
  }
}

function library(world: World, program: string, protocol: ProtocolName, count: number): Promise<Figures> {
  return withServer<FanOutServer, Figures>(steady(world), program, undefined, (server) =>
    show(world, server, protocol, 'p_0000000000000000', count, (seconds) =>
      server.call('broadcast', { perSecond: pace, seconds }),
    ),
  )
}

/** Seconds of updates before those that are looked at, after the ones that warm up. */
const lead = 1

async function show(
  world: World,
  server: Remote<FanOutServer> | Remote<LivePollServer>,
  protocol: ProtocolName,
  poll: string,
  count: number,
  /** Sends updates for so long; ours, for so many votes a second. */
  update: (seconds: number, votes: number) => Promise<unknown>,
): Promise<Figures> {
  const { load } = world
  const { call } = server as Remote<FanOutServer>
  const port = await call('port', null)
  const seconds = world.times.show(count)
  try {
    // What the first viewers bring into memory is code, not viewers.
    await load.call('gather', { protocol, port, poll, count: 200 })
    await load.call('leave', null)
    const before = await settle(() => call('memory', null))
    await load.call('gather', { protocol, port, poll, count })
    const gathered = await call('memory', null)
    await update(world.times.warmUp, votesToWarmUp)
    const updating = update(lead + seconds + 1, votes)
    updating.catch(() => {}) // it is looked at in the end
    await load.call('observe', { seconds: lead, parts: { server: 0, postgres: 0, redis: 0 } })
    const report = await load.call('observe', { seconds, parts: { server: server.pid, postgres: 0, redis: 0 } })
    const after = await call('memory', null)
    await updating
    const each = (now: typeof before) => (now.rss - now.nursery - (before.rss - before.nursery)) / count
    return {
      ...toFigures(report),
      ...{ memory: each(gathered), memoryAfter: each(after), rssEach: (gathered.rss - before.rss) / count },
    }
  } finally {
    await load.call('leave', null)
  }
}

/** Where little happens V8 collects garbage by itself, in what is measured or before it. */
function steady(world: World): World {
  return { ...world, nodeOptions: forUpdates }
}

type Memory = Awaited<ReturnType<FanOutServer['memory']>>

/** Bytes that may still come and go between two looks. */
const slack = 128 * 1024

/** Looks until it gets no smaller: what a start leaves behind, as code that does not run any more, takes several collections to go. */
async function settle(look: () => Promise<Memory>): Promise<Memory> {
  let last = await look()
  for (let time = 0; time < 20; time++) {
    const next = await look()
    if (next.rss - next.nursery > last.rss - last.nursery - slack) return next
    last = next
  }
  return last
}

function toFigures(report: ViewersReport): Figures {
  const { delivered, seconds, updates, fewest, spread, behind, cpu } = report
  return {
    delivered: delivered / seconds,
    server: cpu.server / delivered,
    updates: updates / seconds,
    fewest: fewest / seconds,
    spread50: spread.p50,
    spread99: spread.p99,
    behind,
    load: cpu.load / 1e6 / seconds,
  }
}
