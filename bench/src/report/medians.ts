import type { Contender, Figures } from '../scenarios/world.ts'

/** All rounds of one line. */
export interface Measured {
  readonly contender: Pick<Contender, 'key' | 'title'>
  readonly rounds: readonly Figures[]
}

/** By a line's key; undefined for a line that was not measured, NaN for a figure that it has not come to. */
export type Lookup = (key: string, figure: string) => number | undefined

export function mediansOf(measured: readonly Measured[]): Lookup {
  return lookupIn(measured, medianFigures)
}

/** @param round from 0 on */
export function roundOf(measured: readonly Measured[], round: number): Lookup {
  return lookupIn(measured, (rounds) => rounds[round] ?? {})
}

function lookupIn(measured: readonly Measured[], figuresOf: (rounds: readonly Figures[]) => Figures): Lookup {
  const all = new Map(measured.map(({ contender, rounds }) => [contender.key, figuresOf(rounds)]))
  return (key, figure) => {
    const figures = all.get(key)
    return figures && (figures[figure] ?? Number.NaN)
  }
}

export function roundsOf(measured: readonly Measured[]): number {
  return Math.max(...measured.map(({ rounds }) => rounds.length))
}

/** Of each figure by itself, where any round has it. */
export function medianFigures(rounds: readonly Figures[]): Figures {
  const names = new Set(rounds.flatMap((figures) => Object.keys(figures)))
  return Object.fromEntries([...names].map((name) => [name, median(rounds.flatMap((figures) => figures[name] ?? []))]))
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] as number
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2
}
