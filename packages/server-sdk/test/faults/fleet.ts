import type { DrainOptions } from '../../src/create-live-poll.ts'
import { type CommitProxy, startCommitProxy } from './commit-proxy.ts'
import type { FleetNodeStart } from './fleet-node.ts'
import { type Line, startLine } from './line.ts'
import { type FleetNodeProcess, startFleetNode } from './start-fleet-node.ts'

export const fleetAdminKey = `lpa_${'f'.repeat(32)}`

/** One place of a fleet: whatever process stands there, its address and its line to the database stay. */
export interface FleetNode {
  readonly name: string
  /** Between clients and it: always the same port. */
  readonly door: Line
  /** Base URL of the API, by way of the door. */
  readonly server: string
  /** As `server`, past the door, of the process that stands there now. */
  directServer(): string
  /** Between it and the database. */
  readonly line: CommitProxy
  /** Between it and Redis, where there is one. */
  readonly redisLine: Line | undefined
  process(): FleetNodeProcess
  /** Kills it, if it is not dead yet, and starts another in its place. Resolves when that is ready. */
  replace(): Promise<void>
  /** Has it drain, and starts another in its place when it has ended. Resolves when that is ready. */
  restart(times: DrainOptions): Promise<void>
  /** Calls the API with the admin key. @throws Error with what was answered */
  call<T>(method: string, path: string, body?: unknown): Promise<T>
}

export interface Fleet {
  readonly nodes: readonly FleetNode[]
  /** Processes started, the first ones included. */
  started(): number
  /** Ends that nobody brought about. */
  exits(): readonly string[]
  stop(): Promise<void>
}

/** Starts several nodes on one database, and one Redis, a Redis Cluster, or none. */
export async function startFleet(
  size: number,
  { database, url, redisUrl, redisPorts }: Pick<FleetNodeStart, 'database' | 'url' | 'redisUrl' | 'redisPorts'>,
  secret: string,
): Promise<Fleet> {
  const exits: string[] = []
  let started = 0
  let isStopping = false

  async function startNode(name: string): Promise<FleetNode & { stop(): Promise<void> }> {
    const line = await startCommitProxy(url)
    const redisLine = redisUrl ? await startLine(Number(new URL(redisUrl).port)) : undefined
    const start = () =>
      startFleetNode({
        ...{ database, url: line.url, secret, adminKey: fleetAdminKey },
        ...(redisLine && { redisUrl: `redis://127.0.0.1:${redisLine.port}` }),
        ...(redisPorts && { redisPorts }),
      })
    let isLeaving = false
    let running = await watch(await start())
    const door = await startLine(running.port)

    async function watch(process: FleetNodeProcess) {
      started++
      void process.exited.then((how) => {
        if (how !== 'SIGKILL' && !isStopping && !(isLeaving && how === '0'))
          exits.push(`${name} ended by itself: ${how}`)
      })
      return process
    }

    const directServer = () => `http://127.0.0.1:${running.port}/live-poll`
    return {
      name,
      door,
      server: `http://127.0.0.1:${door.port}/live-poll`,
      directServer,
      line,
      redisLine,
      process: () => running,
      async replace() {
        running.signal('SIGKILL')
        await running.exited
        line.resume()
        running = await watch(await start())
        door.leadTo(running.port)
      },
      async restart(times) {
        isLeaving = true
        running.drain(times)
        await running.exited
        isLeaving = false
        running = await watch(await start())
        door.leadTo(running.port)
      },
      async call<T>(method: string, path: string, body?: unknown) {
        const response = await fetch(`${directServer()}${path}`, {
          method,
          headers: { authorization: `Bearer ${fleetAdminKey}`, 'content-type': 'application/json' },
          body: body === undefined ? undefined : JSON.stringify(body),
        })
        if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
        return response.json() as Promise<T>
      },
      async stop() {
        running.signal('SIGKILL')
        await running.exited
        await Promise.all([line, redisLine, door].map((one) => one?.close()))
      },
    }
  }

  const nodes = await Promise.all(Array.from({ length: size }, (_, index) => startNode(`node ${index + 1}`)))
  return {
    nodes,
    started: () => started,
    exits: () => exits,
    async stop() {
      isStopping = true
      await Promise.all(nodes.map((node) => node.stop()))
    },
  }
}
