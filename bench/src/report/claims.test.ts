import { expect, it } from 'vitest'
import { claims, isMet } from './claims.ts'
import { mediansOf } from './medians.ts'

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

it('goes by the median of each figure, not by the best round', () => {
  const medians = mediansOf([
    measured('b-1', { votes: 100 }, { votes: 3000 }, { votes: 2000 }),
    measured('c1-quiet', { votes: 100 }, { votes: 150 }),
  ])
  expect(claimed('ours / typical stack').figure(medians)).toBe(16)
})

it('says nothing of what was not measured', () => {
  const medians = mediansOf([measured('b-1', { votes: 1 })])
  expect(claims.filter((claim) => claim.figure(medians) !== undefined)).toEqual([])
})

it('does not take a server that answers nothing for a fast one', () => {
  const medians = mediansOf([measured('b-20000', { votes: 0 })])
  const claim = claimed('ack p99, 20,000 votes/s offered')
  expect(claim.figure(medians)).toBeNaN()
  expect(isMet(claim, Number.NaN)).toBe(false)
  const beside = mediansOf([measured('b-1', { votes: 100 }), measured('c1-quiet', { votes: 0 })])
  expect(claimed('ours / typical stack').figure(beside)).toBeNaN()
})

it('takes the better of two ceilings, and the worst of all sizes', () => {
  const medians = mediansOf([
    measured('b-64', { votes: 60 }),
    ...[measured('a-upsert-500', { votes: 80 }), measured('a-upsert-2000', { votes: 100 })],
    ...shown('h-ours', [10, 500], [10_000, 9.5], [100_000, 4]),
    ...shown('h-io', [10, 0], [10_000, 10], [100_000, 10]),
  ])
  expect(claimed('bare bulk upsert').figure(medians)).toBe(0.6)
  expect(claimed('ours / Socket.IO').figure(medians)).toBe(0.9)
})

it('counts what viewers add, not that there are results', () => {
  const medians = mediansOf([...shown('h-ours', [10, 3000], [10_010, 8]), ...shown('h-ws', [10, 80], [10_010, 8])])
  expect(claimed('ours / ws').figure(medians)).toBeCloseTo((80_080 - 30_000) / (80_080 - 800))
})

it('knows from which side a target is met', () => {
  expect([0.59, 0.6].map((figure) => isMet(claimed('bare bulk upsert'), figure))).toEqual([false, true])
  expect([15, 15.1].map((figure) => isMet(claimed('ack p99, 20,000 votes/s offered'), figure))).toEqual([true, false])
})
