import { describe, expect, it } from 'vitest'
import { createOrigins } from './origins.ts'

const own = 'https://my.app'
const named = 'https://www.example.org'
const foreign = 'https://elsewhere.example'
const origins = createOrigins([named])

describe('an origin', () => {
  it.each([
    [null, true, false],
    [own, true, true],
    [named, true, true],
    [foreign, false, false],
    ['https://my.app:3001', false, false],
    ['null', false, false],
  ])('%s may use the API: %s, and carry cookies: %s', (origin, mayUse, mayCarryCookies) => {
    expect(origins.allows(origin, 'my.app')).toBe(mayUse)
    expect(origins.isTrusted(origin, 'my.app')).toBe(mayCarryCookies)
  })

  it('of any page may use the API of a server for all, and carries no cookies', () => {
    const all = createOrigins('*')
    expect(all.allows(foreign, 'my.app')).toBe(true)
    expect(all.isTrusted(foreign, 'my.app')).toBe(false)
    expect(all.isTrusted(own, 'my.app')).toBe(true)
  })
})

describe('the channel', () => {
  it.each([
    [null, 'my.app:3001', true],
    [own, 'my.app', true],
    [own, 'my.app:3001', true],
    ['http://192.168.1.20:3000', '192.168.1.20:3001', true],
    ['http://[::1]:3000', '[::1]:3001', true],
    [named, 'my.app:3001', true],
    [foreign, 'my.app:3001', false],
    ['https://not-my.app', 'my.app:3001', false],
    ['https://my.app.example', 'my.app:3001', false],
    [own, null, false],
    ['null', 'null', false],
    ['https://', '', false],
  ])('for a page of %s at %s: %s', (origin, host, isAllowed) => {
    expect(origins.allowsChannel(origin, host)).toBe(isAllowed)
  })
})
