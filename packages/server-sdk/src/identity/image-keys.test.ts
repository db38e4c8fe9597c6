import { expect, it } from 'vitest'
import { createImageKeys } from './image-keys.ts'
import { deriveKeys } from './keys.ts'

const { images } = deriveKeys('a secret of at least 32 bytes, for tests')
const id = 'i_abcdefghijklmnopqrstuv'
const other = 'i_abcdefghijklmnopqrstuw'
const keysAt = (time: string) => createImageKeys(images, () => Date.parse(time))

it('is the same all day, and counts until the end of the next', () => {
  const key = keysAt('2026-06-01T00:00:00Z').sign(id)
  expect(key).toMatch(/^[\w-]{22}$/)
  expect(keysAt('2026-06-01T23:59:59.999Z').sign(id)).toBe(key)
  expect(keysAt('2026-06-02T00:00:00Z').sign(id)).not.toBe(key)
  for (const time of ['2026-06-01T00:00:00Z', '2026-06-01T23:59:59.999Z', '2026-06-02T23:59:59.999Z']) {
    expect(keysAt(time).verify(id, key), time).toBe(true)
  }
  for (const time of ['2026-05-31T23:59:59.999Z', '2026-06-03T00:00:00Z', '2027-06-01T00:00:00Z']) {
    expect(keysAt(time).verify(id, key), time).toBe(false)
  }
})

it('is of one picture and one secret', () => {
  const [keys, others] = [createImageKeys(images), createImageKeys(deriveKeys('x'.repeat(32)).images)]
  const key = keys.sign(id)
  expect(keys.verify(id, key)).toBe(true)
  expect(keys.verify(other, key)).toBe(false)
  expect(others.verify(id, key)).toBe(false)
  const changed = key.startsWith('A') ? `B${key.slice(1)}` : `A${key.slice(1)}`
  for (const forged of ['', key.slice(1), `${key}A`, changed, ` ${key}`, 'é'.repeat(11), '\0'.repeat(22)]) {
    expect(keys.verify(id, forged), forged).toBe(false)
  }
})
