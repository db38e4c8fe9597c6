import type { LoadGenerator } from './load/load-generator.ts'
import { buildPrograms, programPath } from './process/build-programs.ts'
import { startDatabases } from './process/databases.ts'
import { describeMachine, otherCore } from './process/machine.ts'
import { startProcess } from './process/start-process.ts'
import type { Measured } from './report/medians.ts'
import type { Contender, Figures, Times, World } from './scenarios/world.ts'

export interface Plan {
  readonly contenders: readonly Contender[]
  readonly rounds: number
  readonly times: Times
  /** Where profiles of our server go. @default none are taken */
  readonly profiles?: string
  print(line: string): void
  /** Called after each measurement. */
  done(contender: Contender, figures: Figures): void
}

/**
 * Measures each line once a round, one after the other, so that what the machine does meanwhile meets all alike.
 * @returns the figures, and what was changed of machine and databases
 * @throws Error when a server lost a vote or counted one twice
 */
export async function measureAll(plan: Plan): Promise<{ measured: readonly Measured[]; limits: readonly string[] }> {
  const { contenders, rounds, times, profiles, print, done } = plan
  await buildPrograms()
  const databases = await startDatabases()
  try {
    const limits = [...describeMachine(), ...databases.settings]
    for (const limit of limits) print(limit)
    const load = await startProcess<LoadGenerator>(programPath('load-generator'), otherCore)
    const world = { databases, load, times, print, ...(profiles !== undefined && { profiles }) }
    const measured = contenders.map((contender) => ({ contender, rounds: [] as Figures[] }))
    for (let round = 0; round < rounds; round++) {
      for (const { contender, rounds } of measured) {
        const figures = await measure(contender, world)
        rounds.push(figures)
        done(contender, figures)
      }
    }
    await load.stop()
    return { measured, limits }
  } finally {
    await databases.stop()
  }
}

/** @returns the figures that it has come to: there is no latency where nothing was answered */
async function measure({ key, title, measure }: Contender, world: World): Promise<Figures> {
  try {
    const figures = await measure(world)
    return Object.fromEntries(Object.entries(figures).filter(([, value]) => Number.isFinite(value)))
  } catch (error) {
    throw new Error(`${key}, ${title}: failed`, { cause: error })
  }
}
