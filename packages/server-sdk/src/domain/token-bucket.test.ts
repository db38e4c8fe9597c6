import { expect, it } from 'vitest'
import { TokenBucket } from './token-bucket.ts'

/** How many of the messages sent at these moments pass. */
function passed(rate: TokenBucket, moments: readonly number[]): number {
  return moments.filter((now) => rate.take(now) === 0).length
}

it('lets a burst through at once, and no more', () => {
  const rate = new TokenBucket(10, 20)
  expect(passed(rate, Array(50).fill(5000))).toBe(20)
})

it('lets a steady stream through at the rate, for as long as it lasts', () => {
  const rate = new TokenBucket(10, 20)
  const everyHundredth = Array.from({ length: 1000 }, (_, index) => 1000 + index * 100)
  expect(passed(rate, everyHundredth)).toBe(1000)
})

it('holds a faster stream down to the rate', () => {
  const rate = new TokenBucket(10, 20)
  const tenSeconds = Array.from({ length: 1000 }, (_, index) => 1000 + index * 10)
  expect(passed(rate, tenSeconds)).toBeCloseTo(20 + 10 * 10, -1)
})

it('says how long to wait, and passes whoever waits that long', () => {
  const rate = new TokenBucket(4, 1)
  expect(rate.take(1000)).toBe(0)
  expect(rate.take(1000)).toBe(250)
  expect(rate.take(1125)).toBe(125)
  expect(rate.take(1250)).toBe(0)
})

it('saves up no more than a burst, however long it was quiet', () => {
  const rate = new TokenBucket(10, 3)
  passed(rate, [0, 0, 0])
  expect(passed(rate, Array(10).fill(3_600_000))).toBe(3)
})

it('does not punish the message that came too soon', () => {
  const rate = new TokenBucket(8, 1)
  expect(passed(rate, [0, 25, 50, 75, 100])).toBe(1)
  expect(rate.take(125)).toBe(0)
})

it('says when it is as new again', () => {
  const rate = new TokenBucket(10, 3)
  expect(rate.isFull(0)).toBe(true)
  passed(rate, [1000, 1000])
  expect([1000, 1199, 1200].map((now) => rate.isFull(now))).toEqual([false, false, true])
})
