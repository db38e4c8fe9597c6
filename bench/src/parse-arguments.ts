import { parseArgs } from 'node:util'
import type { Times } from './scenarios/world.ts'

export interface Wanted extends Times {
  readonly isQuick: boolean
  /** Scenarios, as in `b` or `b-64`; none: all. */
  readonly only: readonly string[]
  readonly profile: boolean
  readonly rounds: number
}

const usage = `npm run bench                        everything, in rounds; writes bench/RESULTS.md and bench/plots
npm run bench -- --quick             one short round, in three minutes; prints the table, writes nothing
npm run bench -- --only b,c1         only these scenarios (or b-64: only this line); writes nothing
npm run bench -- --profile --only b  with a profile of our server for each line
  --rounds 3  --seconds 5  --warm-up 10`

export function parseArguments(args: readonly string[]): Wanted {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean', default: false },
        only: { type: 'string', default: '' },
        profile: { type: 'boolean', default: false },
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        'warm-up': { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    if (values.help) {
      console.log(usage)
      process.exit(0)
    }
    const isShort = values.quick || values.only !== ''
    return {
      isQuick: values.quick,
      only: values.only.split(',').filter(Boolean),
      profile: values.profile,
      rounds: positive(values.rounds ?? (isShort ? '1' : '3'), 'rounds'),
      seconds: positive(values.seconds ?? (values.quick ? '2' : '5'), 'seconds'),
      show: (viewers) => (isShort ? 3 : viewers === 10_000 ? 30 : 10),
      warmUp: positive(values['warm-up'] ?? (values.quick ? '1' : '10'), 'warm-up'),
    }
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`)
    process.exit(1)
  }
}

function positive(text: string, name: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new Error(`--${name}: send a number above 0.`)
  return value
}
