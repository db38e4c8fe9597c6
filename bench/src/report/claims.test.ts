import { expect, it } from 'vitest'
import { claims, isMet } from './claims.ts'
import { mediansOf } from './medians.ts'

function measured(key: string, ...rounds: Record<string, number>[]) {
  return { contender: { key, title: key }, rounds }
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
})

it('takes the better of two ceilings, and the worst of all sizes', () => {
  const medians = mediansOf([
    measured('b-64', { votes: 60 }),
    ...[measured('a-upsert-500', { votes: 80 }), measured('a-upsert-2000', { votes: 100 })],
    ...[measured('h-ours-1000', { server: 9 }), measured('h-io-1000', { server: 10 })],
    ...[measured('h-ours-10000', { server: 4 }), measured('h-io-10000', { server: 10 })],
  ])
  expect(claimed('bare bulk upsert').figure(medians)).toBe(0.6)
  expect(claimed('ours / Socket.IO').figure(medians)).toBe(0.9)
})

it('knows from which side a target is met', () => {
  expect([0.59, 0.6].map((figure) => isMet(claimed('bare bulk upsert'), figure))).toEqual([false, true])
  expect([15, 15.1].map((figure) => isMet(claimed('ack p99, 20,000 votes/s offered'), figure))).toEqual([true, false])
})
