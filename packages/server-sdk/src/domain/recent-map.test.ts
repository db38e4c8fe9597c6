import { expect, it } from 'vitest'
import { RecentMap } from './recent-map.ts'

const entry = (number: number) => ({ number })
const numbered = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)

it('keeps those that were set or read last, and forgets the others', () => {
  const map = new RecentMap<{ number: number }>(10)
  for (const number of numbered(0, 10)) map.set(`${number}`, entry(number))
  for (const number of numbered(10, 15)) map.set(`${number}`, entry(number))
  expect(map.get('3')).toEqual(entry(3)) // read, so it stays
  for (const number of numbered(15, 20)) map.set(`${number}`, entry(number))
  expect(map.get('2')).toBeUndefined()
  for (const number of [3, ...numbered(10, 20)]) expect(map.get(`${number}`)).toEqual(entry(number))
})

it('has what was set last under a name, and nothing that was deleted', () => {
  const map = new RecentMap<{ number: number }>(2)
  for (const name of ['a', 'b', 'c', 'a']) map.set(name, entry(name === 'a' ? 1 : 0))
  map.set('a', entry(2))
  expect(map.get('a')).toEqual(entry(2))
  map.delete('a')
  map.delete('b')
  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([undefined, undefined, entry(0)])
})

it('keeps what is needed for as long as it is, and asks about it now and then only', () => {
  let asked = 0
  const needed = new Set(numbered(0, 1000))
  const map = new RecentMap<{ number: number }>(10, ({ number }) => {
    asked++
    return needed.has(number)
  })
  for (const number of numbered(0, 5000)) map.set(`${number}`, entry(number))
  for (const number of needed) expect(map.get(`${number}`)).toEqual(entry(number))
  expect(map.get('1001')).toBeUndefined()
  expect(asked).toBeLessThan(10_000)
  needed.clear()
  for (const number of numbered(5000, 10_000)) map.set(`${number}`, entry(number))
  expect(map.get('0')).toBeUndefined()
})
