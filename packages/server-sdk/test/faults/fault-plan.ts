import { type Failpoint, failpoints } from '../../src/ports/failpoints.ts'

/** What happens to a node that has reached a failpoint, or to what it talks to while it stands still there. */
export const faultKinds = [
  /** It kills itself, and another takes its place. */
  'killed',
  /** Its connections to the database are cut. */
  'cut',
  /** Its next COMMIT never reaches the database. */
  'COMMIT lost',
  /** The database carries its next COMMIT out, and the answer never comes back. */
  'answer lost',
  /** Its line to the database swallows everything, for a while. */
  'black hole',
  /** Its line to the database is slow, for a while. */
  'slow line',
  /** It stands still, longer than a transaction may. */
  'stopped',
  /** Those who are connected to it by way of its door are cut off. */
  'clients cut',
  /** The database is killed, and started again. */
  'database killed',
  /** The database stands still, for a while. */
  'database stopped',
  /** Its connections to Redis are cut. */
  'Redis cut',
  /** Redis forgets everything. */
  'Redis wiped',
  /** Redis is killed, and started again with nothing in it. */
  'Redis killed',
] as const

export type FaultKind = (typeof faultKinds)[number]

export interface Fault {
  readonly point: Failpoint
  readonly kind: FaultKind
  /** At which passing of the point. */
  readonly passing: number
  /** Of how long it lasts, where it lasts; from 0 to 1. */
  readonly length: number
}

export interface FaultSizes {
  /** How often each kind happens at every point. */
  readonly everywhere: Readonly<Partial<Record<FaultKind, number>>>
  /** Kinds that happen once, at any point. @default none */
  readonly once?: readonly FaultKind[]
}

/** Kills and cuts: what can lose a vote, or count it twice. Redis cannot, whatever becomes of it. */
export const isKillOrCut = (kind: FaultKind) =>
  /^(killed|cut|COMMIT lost|answer lost|clients cut|database killed)$/.test(kind)

/** Something happens to what all nodes share. */
export const isServerFault = (kind: FaultKind) => /^(database|Redis) (killed|stopped)$/.test(kind)

/** In an order that follows from the random numbers. */
export function planFaults({ everywhere, once = [] }: FaultSizes, random: () => number): readonly Fault[] {
  const places = failpoints.flatMap((point) =>
    Object.entries(everywhere).flatMap(([kind, times]) =>
      Array.from({ length: times }, () => ({ point, kind: kind as FaultKind })),
    ),
  )
  for (const kind of once) places.push({ point: failpoints[Math.floor(random() * failpoints.length)] ?? 'recv', kind })
  return places
    .map((place) => ({ ...place, passing: 1 + Math.floor(random() * 5), length: random(), order: random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ order, ...fault }) => fault)
}
