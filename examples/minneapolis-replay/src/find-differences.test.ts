import { expect, it } from 'vitest'
import { findDifferences } from './find-differences.ts'

const count = (votes: Record<string, number>) => new Map(Object.entries(votes))

it('finds none between equal counts, in whatever order', () => {
  expect(findDifferences(count({ ann: 2, bob: 1, cat: 0 }), count({ bob: 1, ann: 2 }))).toEqual([])
})

it('names everyone whose votes differ, or who is on one side only', () => {
  expect(findDifferences(count({ ann: 2, bob: 1 }), count({ ann: 1, bob: 1, dan: 1 }))).toEqual([
    { name: 'ann', expected: 2, counted: 1 },
    { name: 'dan', expected: 0, counted: 1 },
  ])
})
