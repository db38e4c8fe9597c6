import { expect, it } from 'vitest'
import { textArray } from './text-array.ts'

it('writes ids, ballots and nulls as Postgres does', () => {
  expect(textArray(['p_1', null, '[1,2]', 'a b', '{x}'])).toBe('{"p_1",null,"[1,2]","a b","{x}"}')
  expect(textArray([null])).toBe('{null}')
})

it.each([['a"b'], ['a","b'], ['"'], ['a\\b'], ['']])('leaves %j to the driver', (value) => {
  const values = ['p_1', value, null]
  expect(textArray(values)).toBe(values)
})

it('leaves an empty list to the driver', () => {
  expect(textArray([])).toEqual([])
})
