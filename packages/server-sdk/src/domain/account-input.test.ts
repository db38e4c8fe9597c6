import { expect, test } from 'vitest'
import { readPasswordChange, readSignIn, readSignUp } from './account-input.ts'

const ann = { email: 'ann@example.org', password: 'correct horse', name: 'Ann' }
const paths = (read: { readonly ok: boolean; readonly issues?: readonly { readonly path: string }[] }) =>
  read.issues?.map(({ path }) => path)

test('reads an address in lower case, without spaces around it', () => {
  expect(readSignUp({ ...ann, email: ' Ann.O+polls@Mail.Example.ORG ' })).toEqual({
    ok: true,
    value: { ...ann, email: 'ann.o+polls@mail.example.org' },
  })
})

test('keeps a password as it is, spaces and all', () => {
  const password = '  ünïcode  昼 '
  expect(readSignUp({ ...ann, password })).toMatchObject({ value: { password } })
  expect(readSignIn({ email: ann.email, password: '' })).toMatchObject({ ok: true })
})

test('says all that is wrong at once', () => {
  expect(paths(readSignUp({ admin: true }))).toEqual(['admin', 'email', 'password', 'name'])
  expect(paths(readSignIn([]))).toEqual([''])
  expect(paths(readPasswordChange({}))).toEqual(['current', 'next'])
})

test('wants ten characters of a new password, and does not ask how long an old one is', () => {
  expect(paths(readPasswordChange({ current: 'old', next: '123456789' }))).toEqual(['next'])
  expect(readPasswordChange({ current: 'old', next: '1234567890' })).toMatchObject({ ok: true })
  expect(paths(readPasswordChange({ current: 'x'.repeat(129), next: 'x'.repeat(129) }))).toEqual(['current', 'next'])
})

test('takes nothing for an address that is none', () => {
  for (const email of [
    '',
    '@',
    'a@b',
    'a b@c.de',
    '.a@b.de',
    'a..b@c.de',
    'a@b_c.de',
    'a@b.d',
    `${'a'.repeat(196)}@b.de`,
    7,
  ]) {
    expect(paths(readSignUp({ ...ann, email })), String(email)).toEqual(['email'])
  }
})
