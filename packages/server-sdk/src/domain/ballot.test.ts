import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isSameBallot, readBallot } from './ballot.ts'

const choices = [1, 2, 3, 10].map((id) => ({ id, label: `Choice ${id}` }))
const rules = (min: number, max: number) => ({ ballot: { kind: 'choose' as const, min, max }, choices })

it('writes choices in one form, however they came', () => {
  expect(readBallot([10, 1, 3], rules(1, 4))).toEqual({ ok: true, ballot: [1, 3, 10] })
})

it('leaves what it was given as it is', () => {
  const given = [10, 1]
  readBallot(given, rules(1, 4))
  expect(given).toEqual([10, 1])
})

it.each([
  ['none of one', [], 1, 1, 'Choose 1.'],
  ['two of one', [1, 2], 1, 1, 'Choose 1.'],
  ['too few', [1], 2, 3, 'Choose 2 to 3.'],
  ['too many', [1, 2, 3, 10], 2, 3, 'Choose 2 to 3.'],
  ['a choice of no poll', [4], 1, 1, 'This poll has no choice 4.'],
  ['a choice too many', [1, 4], 1, 2, 'This poll has no choice 4.'],
])('refuses %s', (_, chosen, min, max, message) => {
  expect(readBallot(chosen, rules(min, max))).toEqual({ ok: false, issues: [{ path: 'choices', message }] })
})

it('takes every set of choices between min and max, in any order, for the same ballot', () => {
  const set = fc.subarray([1, 2, 3, 10], { minLength: 1 })
  fc.assert(
    fc.property(
      set.chain((ids) => fc.tuple(fc.constant(ids), fc.shuffledSubarray(ids, { minLength: ids.length }))),
      ([ids, shuffled]) => {
        const a = readBallot(ids, rules(1, 4))
        const b = readBallot(shuffled, rules(1, 4))
        expect(a).toEqual(b)
        expect(a.ok && b.ok && isSameBallot(a.ballot, b.ballot)).toBe(true)
      },
    ),
  )
})

it.each([
  [[1, 2], [1, 2], true],
  [[1, 2], [1], false],
  [[1], [1, 2], false],
  [[1, 2], [1, 3], false],
  [null, null, true],
  [null, [1], false],
  [[1], null, false],
])('compares %j with %j', (a, b, same) => {
  expect(isSameBallot(a, b)).toBe(same)
})
