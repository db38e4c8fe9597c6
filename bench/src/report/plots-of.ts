import { votingConnections } from '../scenarios/world.ts'
import type { Lookup, Measured } from './medians.ts'
import type { Bar, Plot } from './plots.ts'

interface PlotPlan {
  readonly file: string
  readonly title: string
  readonly unit: string
  readonly figure: string
  readonly keys: readonly string[]
  readonly isLogarithmic?: boolean
  /** Of the figure's own unit, in one of the plot's. @default 1 */
  readonly per?: number
}

const viewers = ['h-ours', 'h-ws', 'h-io']

const plans: readonly PlotPlan[] = [
  {
    ...{
      file: 'one-in-flight.svg',
      title: `Votes a second, one in flight on each of ${votingConnections} connections`,
      unit: 'votes/s',
    },
    ...{ figure: 'votes', keys: ['a-1', 'b-1', 'd-1', 'c2-1', 'c1-quiet', 'b-shown', 'c1-emit'], isLogarithmic: true },
  },
  {
    ...{
      file: 'server-cpu.svg',
      title: 'What a vote costs the server, one in flight',
      unit: 'microseconds of CPU a vote',
    },
    ...{ figure: 'server', keys: ['a-1', 'b-1', 'd-1', 'c2-1', 'c1-quiet', 'b-shown', 'c1-emit'], isLogarithmic: true },
  },
  {
    ...{ file: 'saturation.svg', title: 'Votes a second at saturation, 64 in flight', unit: 'committed votes/s' },
    ...{
      figure: 'votes',
      keys: ['a-upsert-500', 'a-upsert-2000', 'b-64', 'd-64', 'e-64', 'f-boxes', 'f-100', 'f-1000', 'g-million'],
    },
  },
  {
    ...{ file: 'fan-out.svg', title: 'What an update costs the server for each viewer', unit: 'microseconds of CPU' },
    ...{ figure: 'server', keys: [1000, 5000, 10_000].flatMap((size) => viewers.map((name) => `${name}-${size}`)) },
  },
  {
    ...{ file: 'memory.svg', title: 'Memory of a viewer who looks on, of 10,000', unit: 'KB, the session included' },
    ...{ figure: 'memory', per: 1024, keys: viewers.map((name) => `${name}-10000`) },
  },
]

/** The plots of a run, by the names of their files. */
export function plotsOf(measured: readonly Measured[], medians: Lookup): ReadonlyMap<string, Plot> {
  const titles = new Map(measured.map(({ contender: { key, title } }) => [key, title]))
  const plots = plans.map(({ file, figure, keys, per = 1, ...plan }): [string, Plot] => {
    const bars = keys.flatMap((key): Bar[] => {
      const value = medians(key, figure)
      const title = titles.get(key) ?? key
      return value === undefined || !(value > 0) ? [] : [{ label: title, value: value / per, isOurs: isOurs(key) }]
    })
    return [file, { ...plan, bars }]
  })
  return new Map(plots.filter(([, { bars }]) => bars.length > 0))
}

function isOurs(key: string): boolean {
  return /^([bdefg]-|h-ours)/.test(key)
}
