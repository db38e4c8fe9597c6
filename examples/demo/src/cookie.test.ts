import { expect, it } from 'vitest'
import { readCookie, sessionCookie } from './cookie.ts'

it.each([
  ['a=1', '1'],
  ['b=2; a=1; c=3', '1'],
  ['aa=2;a=', ''],
  ['aa=1', undefined],
  ['', undefined],
  [null, undefined],
  [undefined, undefined],
])('finds a in %j', (header, value) => {
  expect(readCookie(header, 'a')).toBe(value)
})

it('keeps the session from scripts and other sites', () => {
  expect(sessionCookie('a', '1')).toBe('a=1; Path=/; HttpOnly; SameSite=Lax')
})
