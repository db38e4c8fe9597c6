import { expect, it } from 'vitest'
import { classifyPostgresError } from './postgres-errors.ts'

const coded = (code: string) => Object.assign(new Error('what the server says'), { code })

it.each([
  ['25P03', 'lost'],
  ['25P04', 'lost'],
  ['25006', 'unable'],
  ['40P01', 'again'],
  ['40003', 'lost'],
  ['53100', 'unable'],
  ['57014', 'again'],
  ['57P01', 'lost'],
  ['57P03', 'unable'],
  ['23505', 'refused'],
  ['22021', 'refused'],
  ['ECONNRESET', 'lost'],
  ['EPIPE', 'lost'],
  ['ECONNREFUSED', 'unable'],
] as const)('takes %s for %s', (code, failure) => {
  expect(classifyPostgresError(coded(code))).toBe(failure)
})

it.each([
  ['Query read timeout', 'lost'],
  ['Connection terminated unexpectedly', 'lost'],
  ['timeout exceeded when trying to connect', 'unable'],
  ['invalid input', 'refused'],
] as const)('takes "%s" without a code for %s', (message, failure) => {
  expect(classifyPostgresError(new Error(message))).toBe(failure)
})
