import { setTimeout as pass } from 'node:timers/promises'
import type { OwnServer } from '../servers/own-server.ts'
import type { TestRedis } from '../servers/redis.ts'
import type { Fault, FaultKind } from './fault-plan.ts'
import type { FleetNode } from './fleet.ts'

/** Milliseconds that what lasts lasts at most: longer than a transaction may stand still, shorter than a vote is tried. */
const longest = 3000

/** Milliseconds until a failpoint must have been reached. */
const patience = 60_000

export interface FaultyServers {
  /** Of the database. */
  readonly server: OwnServer
  /** Undefined where nodes have none: nothing is at fault there. */
  readonly redis: TestRedis | undefined
}

interface Stage extends FaultyServers {
  readonly node: FleetNode
  /** How long it lasts, in ms. */
  readonly ms: number
}

/** What is done while the node stands still at the failpoint. @returns what is to be done when it goes on, if anything */
const acts: Readonly<
  Record<Exclude<FaultKind, 'killed'>, (stage: Stage) => Promise<(() => Promise<void>) | undefined>>
> = {
  async cut({ node }) {
    node.line.cut()
    return undefined
  },
  'COMMIT lost': ({ node, ms }) => loseCommit(node, 'lost on its way', ms),
  'answer lost': ({ node, ms }) => loseCommit(node, 'answer lost', ms),
  async 'black hole'({ node, ms }) {
    node.line.stop()
    return async () => {
      await pass(ms)
      node.line.resume()
    }
  },
  async 'slow line'({ node, ms }) {
    node.line.delay(20)
    return async () => {
      await pass(ms)
      node.line.delay(0)
    }
  },
  async stopped({ ms }) {
    await pass(ms)
    return undefined
  },
  async 'clients cut'({ node }) {
    node.door.cut()
    return undefined
  },
  async 'database killed'({ server }) {
    await server.kill()
    return () => server.start()
  },
  async 'database stopped'({ server, ms }) {
    server.pause()
    return async () => {
      await pass(ms)
      server.resume()
    }
  },
  async 'Redis cut'({ node }) {
    node.redisLine?.cut()
    return undefined
  },
  async 'Redis wiped'({ redis }) {
    await redis?.client.flushall()
    return undefined
  },
  async 'Redis killed'({ redis }) {
    await redis?.kill()
    return redis?.start
  },
}

/** Cuts one COMMIT; without one for so long, there is none to cut. */
async function loseCommit({ line }: FleetNode, how: 'lost on its way' | 'answer lost', ms: number) {
  const isCut = line.cutNext(how)
  return async () => {
    await Promise.race([isCut, pass(longest)])
    line.forgetNext()
    await pass(ms / 10)
    line.resume()
  }
}

/**
 * Has a fault happen at its failpoint, and everything be as before: a node that was killed is replaced.
 * @throws Error when the failpoint is not reached
 */
export async function causeFault(fault: Fault, node: FleetNode, servers: FaultyServers): Promise<void> {
  const { point, kind, passing, length } = fault
  const process = node.process()
  const reached = process.reached()
  process.arm({ point, passing, signal: kind === 'killed' ? 'SIGKILL' : 'SIGSTOP' })
  const timer = new AbortController()
  const late = pass(patience, 'late' as const, { signal: timer.signal })
  late.catch(() => {}) // it was not
  // What it writes before it dies is read before its end is known.
  const ended = process.exited.then(async (how) => (await Promise.race([reached, undefined])) ?? `ended: ${how}`)
  const first = await Promise.race([reached, ended, late])
  timer.abort()
  if (first !== point) throw new Error(`${node.name} has not reached ${point}: ${first}`)
  if (kind === 'killed') {
    await process.exited
    return node.replace()
  }
  await process.stopped()
  const goOn = await acts[kind]({ node, ...servers, ms: length * longest })
  process.signal('SIGCONT')
  await goOn?.()
}
