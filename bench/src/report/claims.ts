import { type Lookup, type Measured, median, roundOf, roundsOf } from './medians.ts'

/** Something that the benchmark is to show, of which each line of the last table is one. */
export interface Claim {
  readonly claim: string
  /** Written behind the figure. */
  readonly unit: 'times' | 's' | 'ms' | 'us' | '/s' | 'KB' | ''
  /** The figure is to be at least this, or at most. */
  readonly target: { readonly least: number } | { readonly most: number }
  /** What would be better still. */
  readonly aim?: number
  /** Of one round. @returns undefined where not all of it was measured */
  figure(round: Lookup): number | undefined
}

export interface ClaimFigure {
  /** NaN where a round has come to nothing. */
  readonly median: number
  readonly least: number
  readonly most: number
}

const atMost = Math.max
const sizes = [1000, 5000, 10_000]

export const claims: readonly Claim[] = [
  ratio('votes/s, 1 in flight: ours / typical stack', ['b-1', 'votes'], ['c1-quiet', 'votes'], { least: 10 }, 15),
  ratio('the same, shown to 200 who look on', ['b-shown', 'votes'], ['c1-emit', 'votes'], { least: 50 }, 75),
  ratio('votes/s, 1 in flight: ours / best of that stack', ['b-1', 'votes'], ['c2-1', 'votes'], { least: 3 }, 5),
  ratio(
    'server CPU a vote, 1 in flight: typical stack / ours',
    ['c1-quiet', 'server'],
    ['b-1', 'server'],
    { least: 8 },
    20,
  ),
  ofBulkUpsert('votes/s, 64 in flight: ours / bare bulk upsert', 'b-64'),
  ofBulkUpsert('the same, on a poll with 4 boxes', 'f-boxes'),
  ratio('server CPU a vote, 64 in flight: ours / bare uWebSockets.js', ['b-64', 'server'], ['a-64', 'server'], {
    most: 4,
  }),
  single('votes/s acknowledged, 20,000 offered', '/s', ['b-20000', 'votes'], { least: 19_800 }),
  single('ack p50, 20,000 votes/s offered', 'ms', ['b-20000', 'p50'], { most: 4 }),
  single('ack p99, 20,000 votes/s offered', 'ms', ['b-20000', 'p99'], { most: 15 }),
  single('CPU of server, Postgres and Redis a vote, 20,000/s offered', 'us', ['b-20000', 'all'], { most: 60 }),
  single('ack p99, 20,000 votes/s offered on 1,000 polls', 'ms', ['f-20000', 'p99'], { most: 25 }),
  ratio('CPU a vote, all together, 64 in flight: with an outbox / without', ['l-64', 'all'], ['b-64', 'all'], {
    most: 1.3,
  }),
  ratio('the same, 20,000 votes/s offered', ['l-20000', 'all'], ['b-20000', 'all'], { most: 1.3 }),
  ratio('CPU a vote, all together: a million votes / none', ['g-million', 'all'], ['g-empty', 'all'], { most: 1.3 }),
  ratio('time to read results: a million votes / none', ['g-million', 'reading'], ['g-empty', 'reading'], {
    most: 1.3,
  }),
  worst('CPU that a viewer more adds to an update: ours / Socket.IO, at worst', 'h-io', 0.5),
  worst('CPU that a viewer more adds to an update: ours / ws, at worst', 'h-ws', 1),
  ratio('memory a viewer of 10,000: Socket.IO / ours', ['h-io-10000', 'memory'], ['h-ours-10000', 'memory'], {
    least: 6,
  }),
  ratio('memory a viewer of 10,000: ws / ours', ['h-ws-10000', 'memory'], ['h-ours-10000', 'memory'], { least: 3 }),
  single('updates/s that the slowest of 10,000 viewers got', '/s', ['h-ours-10000', 'fewest'], { least: 9.5 }),
  single('how far any of 10,000 viewers was behind', 'ms', ['h-ours-10000', 'behind'], { most: 500 }),
  single('10,000 clients whose node dies are back on another', 's', ['j-dies', 'returned'], { most: 60 }),
  ratio(
    'uses of the database a second meanwhile: of 10,000 / of 1,000',
    ['j-dies', 'readRate'],
    ['j-dies-few', 'readRate'],
    {
      most: 1.2,
    },
  ),
  single('of 50 clients who never read, cut off', '', ['j-silent', 'closed'], { least: 50 }),
  {
    ...{ claim: 'memory of one who never reads, beside one who does', unit: 'KB', target: { most: 256 } },
    figure: (round) => quotient(round('j-silent', 'silentMemory'), 1024),
  },
  ratio('ack p99 of others: while 50 do not read / while they do', ['j-silent', 'p99'], ['j-silent', 'calm99'], {
    most: 2,
  }),
  ratio(
    'requests/s for a picture of 640 pixels: ours / plain node:http',
    ['k-ours', 'answers'],
    ['k-plain', 'answers'],
    {
      least: 0.67,
    },
  ),
]

/**
 * What rounds come to, each by itself: lines that are compared are measured one after the other, and from one round to the next
 * a machine may become half as fast.
 * @returns undefined where not all of it was measured
 */
export function figureOf(claim: Claim, measured: readonly Measured[]): ClaimFigure | undefined {
  const figures = Array.from({ length: roundsOf(measured) }, (_, round) => claim.figure(roundOf(measured, round)))
  const known = figures.filter((figure) => figure !== undefined)
  if (known.length < figures.length) return undefined
  const least = Math.min(...known)
  return { least, most: Math.max(...known), median: Number.isNaN(least) ? Number.NaN : median(known) }
}

export function isMet({ target }: Claim, figure: number): boolean {
  return 'least' in target ? figure >= target.least : figure <= target.most
}

type Figure = readonly [key: string, figure: string]

/** Beside the better of both sizes of batch. */
function ofBulkUpsert(claim: string, key: string): Claim {
  return {
    ...{ claim, unit: 'times', target: { least: 0.6 } },
    figure(round) {
      const upserts = [round('a-upsert-500', 'votes'), round('a-upsert-2000', 'votes')]
      return quotient(round(key, 'votes'), combine(upserts, atMost))
    },
  }
}

function ratio(claim: string, above: Figure, below: Figure, target: Claim['target'], aim?: number): Claim {
  return {
    ...{ claim, unit: 'times', target, ...(aim !== undefined && { aim }) },
    figure: (round) => quotient(round(...above), round(...below)),
  }
}

function single(claim: string, unit: Claim['unit'], figure: Figure, target: Claim['target']): Claim {
  return { claim, unit, target, figure: (round) => round(...figure) }
}

/** Over all sizes that both have. */
function worst(claim: string, other: string, most: number): Claim {
  return {
    ...{ claim, unit: 'times', target: { most } },
    figure(round) {
      const ratios = sizes.map((size) => quotient(addedBy(round, 'h-ours', size), addedBy(round, other, size)))
      return combine(ratios, atMost)
    },
  }
}

/** What each viewer of so many costs beyond what the first one does. */
function addedBy(round: Lookup, name: string, size: number): number | undefined {
  const [many, one] = [`${name}-${size}`, `${name}-1`].map((key) => {
    const [delivered, each] = [round(key, 'delivered'), round(key, 'server')]
    return delivered === undefined || each === undefined ? undefined : { delivered, all: delivered * each }
  })
  return many && one && (many.all - one.all) / (many.delivered - one.delivered)
}

function quotient(above: number | undefined, below: number | undefined): number | undefined {
  if (above === undefined || below === undefined) return undefined
  return below === 0 ? Number.NaN : above / below // nothing was measured: no ratio is met
}

function combine(
  values: readonly (number | undefined)[],
  choose: (a: number, b: number) => number,
): number | undefined {
  return values.reduce((a, b) => (a === undefined || b === undefined ? (a ?? b) : choose(a, b)))
}
