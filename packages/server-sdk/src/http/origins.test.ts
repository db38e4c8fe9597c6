import { describe, expect, it } from 'vitest'
import { callerOf, createOrigins } from './origins.ts'

const own = 'https://my.app'
const named = 'https://www.example.org'
const foreign = 'https://elsewhere.example'
const origins = createOrigins([named])

const caller = (origin: string | null, host: string | null = 'my.app', fetchSite: string | null = null) => ({
  ...{ origin, host, fetchSite },
})

describe('an origin', () => {
  it.each([
    [null, true, false],
    [own, true, true],
    [named, true, true],
    [foreign, false, false],
    ['https://my.app:3001', false, false],
    ['null', false, false],
    [`${named}/`, false, false],
    [`${named}.evil.example`, false, false],
    ['https://www.example.org:8443', false, false],
    ['http://www.example.org', false, false],
    ['https://WWW.example.org', false, false],
    ['', false, false],
  ])('%s may use the API: %s, and carry cookies: %s', (origin, mayUse, mayCarryCookies) => {
    expect(origins.allows(caller(origin), false)).toBe(mayUse)
    expect(origins.allows(caller(origin), true)).toBe(mayUse)
    expect(origins.isTrusted(caller(origin))).toBe(mayCarryCookies)
  })

  it('of any page may use the API of a server for all, and carries no cookies', () => {
    const all = createOrigins('*')
    for (const isChange of [true, false]) expect(all.allows(caller(foreign), isChange)).toBe(true)
    expect(all.isTrusted(caller(foreign))).toBe(false)
    expect(all.isTrusted(caller(own))).toBe(true)
  })

  it('of nobody knows whose may read where all may, and change nothing', () => {
    const all = createOrigins('*')
    expect(all.allows(caller('null'), false)).toBe(true)
    expect(all.allows(caller('null'), true)).toBe(false)
    expect(all.allowsChannel(caller('null'))).toBe(false)
    expect(all.isTrusted(caller('null'))).toBe(false)
  })

  it.each(['same-origin', 'same-site', 'cross-site', 'none'])(
    'is what a browser (%s) says where it changes something, and may leave out where it reads',
    (fetchSite) => {
      for (const allowing of [origins, createOrigins('*')]) {
        expect(allowing.allows(caller(null, 'my.app', fetchSite), false)).toBe(true)
        expect(allowing.allows(caller(null, 'my.app', fetchSite), true)).toBe(false)
        expect(allowing.allowsChannel(caller(null, 'my.app', fetchSite))).toBe(fetchSite === 'same-origin')
        expect(allowing.allows(caller(own, 'my.app', fetchSite), true)).toBe(true)
      }
    },
  )

  it('is read from the headers', () => {
    const headers = new Headers({ origin: own, host: 'my.app', 'sec-fetch-site': 'same-origin' })
    expect(callerOf({ headers })).toEqual(caller(own, 'my.app', 'same-origin'))
    expect(callerOf({ headers: new Headers() })).toEqual(caller(null, null))
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
    expect(origins.allowsChannel(caller(origin, host))).toBe(isAllowed)
  })
})
