import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createTurns } from './turns.ts'

it('runs so many at once, the others in their order, and passes on what they answer or throw', async () => {
  const inTurn = createTurns(2)
  const ends: (() => void)[] = []
  const begun: number[] = []
  const work = (number: number) => async () => {
    begun.push(number)
    await new Promise<void>((resolve) => ends.push(resolve))
    if (number === 1) throw new Error('one')
    return number
  }
  const all = [0, 1, 2, 3, 4].map((number) => inTurn(work(number)).catch((error: Error) => error.message))
  await nextTurn()
  expect(begun).toEqual([0, 1])
  ends[1]?.()
  await nextTurn()
  expect(begun, 'also after a failure').toEqual([0, 1, 2])
  for (let end = 0; end < 5; end++) {
    ends[end]?.()
    await nextTurn()
  }
  expect(await Promise.all(all)).toEqual([0, 'one', 2, 3, 4])
  const later = [inTurn(work(5)), inTurn(work(6)), inTurn(work(7))]
  await nextTurn()
  expect(begun, 'no place is lost or won').toEqual([0, 1, 2, 3, 4, 5, 6])
  for (let end = 5; end < 8; end++) {
    ends[end]?.()
    await nextTurn()
  }
  expect(await Promise.all(later)).toEqual([5, 6, 7])
})
