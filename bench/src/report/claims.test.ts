import { expect, it } from 'vitest'
import { claims, figureOf, isMet } from './claims.ts'

function measured(key: string, ...rounds: Record<string, number>[]) {
  return { contender: { key, title: key }, rounds }
}

/** Updates delivered a second, and what each cost: to one viewer, to 1,000, and to 10,000. */
function shown(name: string, ...sizes: [delivered: number, server: number][]) {
  return sizes.map(([delivered, server], index) =>
    measured(`${name}-${[1, 1000, 10_000][index]}`, { delivered, server }),
  )
}

function claimed(words: string) {
  const claim = claims.find(({ claim }) => claim.includes(words))
  if (!claim) throw new Error(`No claim has "${words}".`)
  return claim
}

/** Of the claim whose words these are. */
function figure(words: string, ...lines: ReturnType<typeof measured>[]) {
  return figureOf(claimed(words), lines)?.median
}

it('compares within a round, and goes by the median of rounds, not by the best', () => {
  const lines = [
    measured('b-1', { votes: 3000 }, { votes: 1000 }, { votes: 2600 }),
    measured('c1-quiet', { votes: 300 }, { votes: 50 }, { votes: 200 }),
  ]
  expect(figureOf(claimed('ours / typical stack'), lines)).toEqual({ median: 13, least: 10, most: 20 })
})

it('says nothing of what was not measured', () => {
  expect(claims.filter((claim) => figureOf(claim, [measured('b-1', { votes: 1 })]) !== undefined)).toEqual([])
})

it('does not take a server that answers nothing for a fast one', () => {
  const slow = 'ack p99, 20,000 votes/s offered'
  expect(
    figure(slow, measured('b-20000', { votes: 20_000, p99: 9 }, { votes: 0 }, { votes: 20_000, p99: 9 })),
  ).toBeNaN()
  expect(isMet(claimed(slow), Number.NaN)).toBe(false)
  const ratio = figure('ours / typical stack', measured('b-1', { votes: 100 }), measured('c1-quiet', { votes: 0 }))
  expect(ratio).toBeNaN()
})

it('takes the better of two ceilings, and the worst of all sizes', () => {
  const lines = [
    measured('b-64', { votes: 60 }),
    ...[measured('a-upsert-500', { votes: 80 }), measured('a-upsert-2000', { votes: 100 })],
    ...shown('h-ours', [10, 500], [10_000, 9.5], [100_000, 4]),
    ...shown('h-io', [10, 0], [10_000, 10], [100_000, 10]),
  ]
  expect(figure('bare bulk upsert', ...lines)).toBe(0.6)
  expect(figure('ours / Socket.IO', ...lines)).toBe(0.9)
})

it('counts what viewers add, not that there are results', () => {
  const lines = [...shown('h-ours', [10, 3000], [10_010, 8]), ...shown('h-ws', [10, 80], [10_010, 8])]
  expect(figure('ours / ws', ...lines)).toBeCloseTo((80_080 - 30_000) / (80_080 - 800))
})

it('knows from which side a target is met', () => {
  expect([0.59, 0.6].map((figure) => isMet(claimed('bare bulk upsert'), figure))).toEqual([false, true])
  expect([15, 15.1].map((figure) => isMet(claimed('ack p99, 20,000 votes/s offered'), figure))).toEqual([true, false])
})
