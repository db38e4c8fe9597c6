import { performance } from 'node:perf_hooks'
import { expect } from 'vitest'
import type { Failpoint } from '../../src/ports/failpoints.ts'
import type { TestRedis } from '../servers/redis.ts'
import { nodeSecret } from '../servers/start-nodes.ts'
import { causeFault } from './cause-fault.ts'
import { checkFleet, type FleetFindings } from './check-fleet.ts'
import type { DatabaseOnOwnServer } from './database-faults.ts'
import { type FaultKind, type FaultSizes, isKillOrCut, isServerFault, planFaults } from './fault-plan.ts'
import { type FleetNode, startFleet } from './fleet.ts'
import { type LoadCounts, type LoadPoll, startLoad } from './load.ts'
import { seededRandom } from './seeded-random.ts'

export interface FaultRun {
  readonly database: DatabaseOnOwnServer
  /** Between the nodes; undefined is none. */
  readonly redis: TestRedis | undefined
  readonly seed: number
  readonly sizes: FaultSizes
  /** Acknowledged votes, at least. */
  readonly votes: number
  readonly voters: number
  log(line: string): void
}

export interface FaultReport {
  readonly database: string
  readonly hasRedis: boolean
  readonly seed: number
  readonly acknowledged: number
  readonly counts: LoadCounts
  /** How often each kind of fault happened at each failpoint. */
  readonly happened: ReadonlyMap<Failpoint, ReadonlyMap<FaultKind, number>>
  readonly killsAndCuts: number
  /** Nodes killed, and started again. */
  readonly replaced: number
  readonly seconds: number
  readonly findings: FleetFindings
}

const size = 3

/** One box, and several: a batch then holds votes of boxes that others have locked. */
const boxes = [1, 4]

const choices = ['Soup', 'Salad', 'Pie', 'Bread']

/** Votes on several nodes while every fault of the plan happens, spread over them evenly; then checks all promises. */
export async function runFaults({ database, redis, seed, sizes, votes, voters, log }: FaultRun): Promise<FaultReport> {
  const started = performance.now()
  const random = seededRandom(seed)
  const plan = planFaults(sizes, random)
  const { name, url, server } = database
  const fleet = await startFleet(size, { database: name, url, ...(redis && { redisUrl: redis.url }) }, nodeSecret)
  const first = fleet.nodes[0] as FleetNode
  const polls: LoadPoll[] = []
  for (const count of boxes) {
    const ballot = { kind: 'choose', min: 1, max: 2 }
    const { id } = await first.call<{ id: string }>('POST', '/polls', {
      question: 'Lunch?',
      choices,
      ballot,
      boxes: count,
    })
    polls.push({ id, choices: choices.length })
  }
  const load = startLoad(fleet, { polls, voters, random })
  const happened = new Map<Failpoint, Map<FaultKind, number>>()
  let next = 0
  /** Servers have one fault at a time, whichever node asks for it. */
  let serverFault = Promise.resolve()

  async function causeFaults(node: FleetNode) {
    for (let index = next++; index < plan.length; index = next++) {
      const fault = plan[index]
      if (!fault) return
      await untilCounted((index / plan.length) * votes)
      const isOfServer = isServerFault(fault.kind)
      const happening = (isOfServer ? serverFault : Promise.resolve()).then(() =>
        causeFault(fault, node, { server, redis }),
      )
      if (isOfServer) serverFault = happening
      await happening
      if (fault.kind === 'killed') load.replaced(node)
      const kinds = happened.get(fault.point) ?? new Map<FaultKind, number>()
      happened.set(fault.point, kinds.set(fault.kind, (kinds.get(fault.kind) ?? 0) + 1))
      const seconds = Math.round((performance.now() - started) / 1000)
      log(
        `${name}: ${node.name}, ${fault.kind} at ${fault.point} (${index + 1} of ${plan.length}), ${load.count()} votes, ${seconds} s`,
      )
    }
  }

  /** @throws Error when something is wrong, or no more votes are acknowledged */
  async function untilCounted(count: number) {
    let last = { count: load.count(), at: performance.now() }
    while (load.count() < count) {
      expect(load.wrong.slice(0, 5)).toEqual([])
      expect(fleet.exits()).toEqual([])
      if (load.count() > last.count) last = { count: load.count(), at: performance.now() }
      else if (performance.now() - last.at > 60_000) throw new Error('No vote was acknowledged for a minute.')
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  try {
    await Promise.all(fleet.nodes.map(causeFaults))
    await untilCounted(votes)
    await load.end()
    const { db, close } = database.connect()
    const findings = await checkFleet(fleet, load, polls, db)
    await close()
    const kinds = [...happened.values()].flatMap((each) => [...each])
    return {
      ...{
        database: name,
        hasRedis: redis !== undefined,
        seed,
        happened,
        findings,
        counts: load.counts,
        acknowledged: load.count(),
      },
      killsAndCuts: kinds.filter(([kind]) => isKillOrCut(kind)).reduce((sum, [, times]) => sum + times, 0),
      replaced: fleet.started() - size,
      seconds: (performance.now() - started) / 1000,
    }
  } finally {
    load.close()
    await fleet.stop()
  }
}
