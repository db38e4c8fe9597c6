import { expect, it } from 'vitest'
import { createBytesCache } from './bytes-cache.ts'

const bytes = (length: number) => new Uint8Array(length)

it('keeps what is asked for, whatever else comes, and forgets what is not', () => {
  const cache = createBytesCache(100)
  cache.set('a', bytes(20))
  cache.set('b', bytes(20))
  for (let index = 0; index < 20; index++) {
    cache.set(`other-${index}`, bytes(20))
    expect(cache.get('a')).toHaveLength(20)
  }
  expect(cache.get('b')).toBeUndefined()
})

it('has no more bytes than it may', () => {
  const cache = createBytesCache(100)
  const names = Array.from({ length: 50 }, (_, index) => `${index}`)
  for (const name of names) cache.set(name, bytes(10))
  const kept = names.filter((name) => cache.get(name))
  expect(kept.length).toBeGreaterThanOrEqual(5)
  expect(kept.length).toBeLessThanOrEqual(10)
})

it('counts what is set anew once', () => {
  const cache = createBytesCache(100)
  for (let time = 0; time < 20; time++) cache.set('a', bytes(30))
  cache.set('b', bytes(20))
  cache.set('c', bytes(20))
  expect(cache.get('a'), 'old, and not forgotten').toHaveLength(30)
})

it('does not keep what is more than half of it', () => {
  const cache = createBytesCache(100)
  cache.set('a', bytes(51))
  expect(cache.get('a')).toBeUndefined()
})
