import type { Issue, PasswordChange, SignInInput, SignUpInput } from '@live-poll/client-sdk/protocol'
import { type Complain, readObject, readText } from './read-fields.ts'

/** In UTF-16 code units. The column of addresses holds 200; NIST SP 800-63B, section 3.1.1.2, wants long passwords. */
export const accountLimits = {
  emailLength: 200,
  nameLength: 100,
  minPasswordLength: 10,
  maxPasswordLength: 128,
} as const

type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly issues: readonly Issue[] }

const signUpFields = new Set(['email', 'password', 'name'])

export function readSignUp(input: unknown): Read<SignUpInput> {
  return readObject(input, signUpFields, ({ email, password, name }, complain) => ({
    email: readEmail(email, complain),
    password: readNewPassword(password, 'password', complain),
    name: readText(name, 'name', accountLimits.nameLength, complain),
  }))
}

const signInFields = new Set(['email', 'password'])

/** A password that no account can have is a wrong one, not an issue. */
export function readSignIn(input: unknown): Read<SignInInput> {
  return readObject(input, signInFields, ({ email, password }, complain) => ({
    email: readEmail(email, complain),
    password: readPassword(password, 'password', complain),
  }))
}

const passwordFields = new Set(['current', 'next'])

export function readPasswordChange(input: unknown): Read<PasswordChange> {
  return readObject(input, passwordFields, ({ current, next }, complain) => ({
    current: readPassword(current, 'current', complain),
    next: readNewPassword(next, 'next', complain),
  }))
}

/** What better-auth takes for one: its schema library's pattern, in lower case. */
const emailPattern = /^(?!\.)(?!.*\.\.)[a-z\d_'+.-]*[a-z\d_+-]@([a-z\d][a-z\d-]*\.)+[a-z]{2,}$/

/** In lower case: two accounts whose addresses differ in nothing else would be one person to everybody. */
function readEmail(value: unknown, complain: Complain): string {
  const email = typeof value === 'string' ? value.trim().toLowerCase() : ''
  if (email.length > accountLimits.emailLength || !emailPattern.test(email)) {
    complain('email', `Send an e-mail address, at most ${accountLimits.emailLength} characters.`)
  }
  return email
}

function readPassword(value: unknown, path: string, complain: Complain): string {
  if (typeof value !== 'string' || value.length > accountLimits.maxPasswordLength) {
    complain(path, `Send a text of at most ${accountLimits.maxPasswordLength} characters.`)
    return ''
  }
  return value
}

function readNewPassword(value: unknown, path: string, complain: Complain): string {
  const password = readPassword(value, path, complain)
  if (typeof value !== 'string' || value.length > accountLimits.maxPasswordLength) return password
  if (password.length < accountLimits.minPasswordLength) {
    complain(path, `Take at least ${accountLimits.minPasswordLength} characters.`)
  } else if (/\p{Cs}/u.test(password)) complain(path, 'Leave out broken Unicode: all of it would be one character.')
  return password
}
