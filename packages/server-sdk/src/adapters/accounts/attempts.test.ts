import { expect, test } from 'vitest'
import { createAttempts } from './attempts.ts'

test('allows so many in a window, and says when the next begins', () => {
  let now = 1_000_000
  const attempts = createAttempts(() => now)
  const consume = (key: string) => attempts.consume(key, { window: 60, max: 2 })
  expect([consume('a'), consume('a')].map(({ allowed }) => allowed)).toEqual([true, true])
  now += 20_500
  expect(consume('a')).toEqual({ allowed: false, retryAfter: 40 })
  expect(consume('b').allowed).toBe(true)
  now += 39_500
  expect(consume('a')).toEqual({ allowed: true, retryAfter: null })
})

test('remembers a hundred thousand keys, and forgets the oldest', () => {
  const attempts = createAttempts(() => 0)
  const rule = { window: 60, max: 1 }
  for (let key = 0; key < 100_000; key++) attempts.consume(String(key), rule)
  expect(attempts.consume('0', rule).allowed).toBe(false)
  attempts.consume('one more', rule)
  expect(attempts.consume('1', rule).allowed).toBe(false)
  expect(attempts.consume('0', rule).allowed).toBe(true)
})
