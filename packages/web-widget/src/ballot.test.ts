import { describe, expect, test } from 'vitest'
import { ballotOf, choose, keepChosen, misfitOf } from './ballot.ts'
import { pollWith } from './poll.fixture.ts'

const several = pollWith({ ballot: { kind: 'choose', min: 2, max: 3 }, labels: ['a', 'b', 'c', 'd'] })
const single = pollWith({})

describe('a ballot', () => {
  test('names choices in the order of the poll, and only those it has', () => {
    expect(ballotOf(several, new Set([9, 3, 1]))).toEqual([1, 3])
  })

  test.each([
    [[], -2],
    [[1], -1],
    [[1, 9], -1],
    [[1, 2], 0],
    [[1, 2, 3], 0],
    [[1, 2, 3, 4], 1],
  ])('of %j is %i away from 2 to 3', (chosen, misfit) => {
    expect(misfitOf(several, new Set(chosen))).toBe(misfit)
  })

  test('is never empty, even where the poll asks for none', () => {
    const poll = pollWith({ ballot: { kind: 'choose', min: 0, max: 2 } })
    expect(misfitOf(poll, new Set())).toBe(-1)
  })

  test('of one choice keeps only the last; of several, each', () => {
    expect([...choose(single, new Set([1]), 2, true)]).toEqual([2])
    expect([...choose(several, new Set([1]), 2, true)]).toEqual([1, 2])
    expect([...choose(several, new Set([1, 2]), 1, false)]).toEqual([2])
  })

  test('keeps what the poll still has when it changes', () => {
    expect(keepChosen(several, new Set([2, 9, 4]))).toEqual(new Set([2, 4]))
    expect(keepChosen(several, new Set([1, 2, 3, 4]))).toEqual(new Set([1, 2, 3, 4]))
    expect(keepChosen(single, new Set([2, 9]))).toEqual(new Set([2]))
  })

  test('of several choices keeps none of them where the poll takes one now: which one is not ours to say', () => {
    expect(keepChosen(single, new Set([1, 2]))).toEqual(new Set())
  })
})
