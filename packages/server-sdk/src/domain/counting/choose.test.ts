import fc from 'fast-check'
import { expect, it } from 'vitest'
import { chooseIncrements, countChoose } from './choose.ts'

const choiceIds = [1, 2, 3, 7]
const ballots = fc.array(fc.subarray(choiceIds, { minLength: 1 }))

function sumOf(all: readonly (readonly number[])[]): Map<string, number> {
  const buckets = new Map<string, number>()
  for (const ballot of all) {
    for (const bucket of chooseIncrements(ballot)) buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1)
  }
  return buckets
}

it('counts from sums of increments what a count of the ballots gives', () => {
  fc.assert(
    fc.property(ballots, (all) => {
      expect(countChoose(choiceIds, sumOf(all))).toEqual({
        votes: choiceIds.map((id) => all.filter((ballot) => ballot.includes(id)).length),
        voters: all.length,
      })
    }),
  )
})

it('counts the same from buckets of several boxes, summed, in any order', () => {
  fc.assert(
    fc.property(ballots, ballots, (some, others) => {
      const summed = sumOf(some)
      for (const [bucket, votes] of sumOf(others)) summed.set(bucket, (summed.get(bucket) ?? 0) + votes)
      expect(countChoose(choiceIds, summed)).toEqual(countChoose(choiceIds, sumOf([...others, ...some])))
    }),
  )
})

it('answers in the order of the choices, 0 where nobody voted', () => {
  const buckets = sumOf([[7], [1, 7]])
  expect(countChoose([7, 1, 2], buckets)).toEqual({ votes: [2, 1, 0], voters: 2 })
  expect(countChoose([2], new Map())).toEqual({ votes: [0], voters: 0 })
})

it('keeps the voters apart from every choice id', () => {
  expect(chooseIncrements([])).toEqual(['voters'])
  expect(new Set(chooseIncrements(choiceIds)).size).toBe(choiceIds.length + 1)
})

it('counts a ballot with one choice in one bucket', () => {
  expect(choiceIds.map((id) => chooseIncrements([id]))).toEqual([['only-1'], ['only-2'], ['only-3'], ['only-7']])
})

it('counts out a ballot with one choice that was counted by its choice and its voter, as it was once', () => {
  const buckets = new Map([
    ['2', 5],
    ['voters', 5],
    ['only-2', -1],
    ['only-7', 1],
  ])
  expect(countChoose(choiceIds, buckets)).toEqual({ votes: [0, 4, 0, 1], voters: 5 })
})
