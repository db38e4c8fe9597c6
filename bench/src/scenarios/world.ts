import type { VotePlan, VoteReport } from '../load/cast-votes.ts'
import type { LoadGenerator } from '../load/load-generator.ts'
import { programPath } from '../process/build-programs.ts'
import type { Calls } from '../process/calls.ts'
import type { Databases } from '../process/databases.ts'
import { forManyVotes, forQuickAnswers, serverCore } from '../process/machine.ts'
import { type Remote, startProcess } from '../process/start-process.ts'
import type { ServerArgument, VoteServer } from '../servers/common.ts'

/** What a measurement has at hand. */
export interface World {
  readonly databases: Databases
  readonly load: Remote<LoadGenerator>
  readonly times: Times
  /** Where profiles of our server go; none are taken without it. */
  readonly profiles?: string
  /** Of the servers. @default as for a server that takes many votes */
  readonly nodeOptions?: readonly string[]
  print(line: string): void
}

/** Where memory is measured, the servers are run as Node runs them by itself. */
export function asInstalled(world: World): World {
  return { ...world, nodeOptions: [] }
}

/** Where votes come at a pace, what counts is how soon they are answered. */
export function paced(world: World, { pace }: Pick<VotePlan, 'pace'>): World {
  return 'perSecond' in pace ? { ...world, nodeOptions: forQuickAnswers } : world
}

/** In seconds. */
export interface Times {
  readonly warmUp: number
  readonly seconds: number
  /** For which so many viewers are shown updates. */
  show(viewers: number): number
}

/** Figures of one measurement, by name. Their units: votes/s, ms, microseconds of CPU a vote, bytes. */
export type Figures = Readonly<Record<string, number>>

/** One line of the tables: measured in each round. */
export interface Contender {
  /** As in `b-64`: the scenario's letter, and which of it. */
  readonly key: string
  readonly title: string
  /** Left out of the quick run: it takes long, or the table of claims does without it. */
  readonly fullRunOnly?: boolean
  measure(world: World): Promise<Figures>
}

/** Runs on a server with an empty database of its own, and ends both. */
export async function withServer<S extends Calls, T>(
  { databases, nodeOptions = forManyVotes }: World,
  program: string,
  variant: string | undefined,
  use: (server: Remote<S>, started: { readonly argument: ServerArgument; readonly startTime: number }) => Promise<T>,
): Promise<T> {
  const database = await databases.createDatabase()
  try {
    const argument: ServerArgument = {
      ...{ postgresUrl: database.url, redisUrl: databases.redis.url },
      ...(variant !== undefined && { variant }),
    }
    const begun = performance.now()
    const server = await startProcess<S>(programPath(program), serverCore, argument, nodeOptions)
    try {
      return await use(server, { argument, startTime: performance.now() - begun })
    } finally {
      await server.stop()
    }
  } finally {
    await database.drop()
  }
}

/** Of those who vote, in all scenarios but where it is said. */
export const votingConnections = 200

export type CastPlan = Pick<VotePlan, 'protocol' | 'connections' | 'pace'> &
  Partial<Pick<VotePlan, 'voters' | 'fill' | 'first' | 'warmUp' | 'seconds'>>

/** Casts votes on polls of a server, and holds its results against the answers. @throws Error when they differ */
export async function castOn(
  world: World,
  server: Remote<VoteServer>,
  polls: readonly string[],
  plan: CastPlan,
): Promise<VoteReport> {
  const { databases, load, times } = world
  const before = await server.call('countVotes', polls)
  const report = await load.call('castVotes', {
    ...{ ...times, ...plan, polls },
    port: await server.call('port', null),
    credential: await server.call('credential', null),
    parts: { server: server.pid, postgres: databases.postgres.pid, redis: databases.redis.pid },
  })
  const { total, refusal } = report
  if (total.accepted === 0) throw new Error(`No vote was taken: ${refusal}`)
  const counted = (await server.call('countVotes', polls)) - before
  const expected = plan.voters === undefined ? total.accepted : (plan.first ?? 0) > 0 ? 0 : plan.voters
  if (counted < expected || counted > expected + total.unknown) {
    throw new Error(`${expected} votes were answered as counted, ${counted} are in the results.`)
  }
  if (total.refused + total.unknown > 0) {
    world.print(`  ${total.refused} votes were refused, of ${total.unknown} the outcome was not said: ${refusal}`)
  }
  return report
}

/** What a report comes to for the tables. */
export function toFigures({ seconds, accepted, p50, p99, max, cpu, total }: VoteReport): Figures {
  const each = (micros: number) => micros / accepted
  return {
    votes: accepted / seconds,
    p50,
    p99,
    max,
    server: each(cpu.server),
    postgres: each(cpu.postgres),
    redis: each(cpu.redis),
    all: each(cpu.server + cpu.postgres + cpu.redis),
    load: cpu.load / 1e6 / seconds,
    refused: total.refused + total.unknown,
  }
}
