import { expect, it } from 'vitest'
import { closeCodes, finalCodes, reconnects } from './close-codes.ts'
import type { ErrorCode } from './error-code.ts'
import { errors, isErrorCode, pollError } from './errors.ts'
import { limits } from './limits.ts'
import { PollError } from './poll-error.ts'
import { isPollId } from './poll-id.ts'

it.each(Object.entries(errors))('says the same of %s in the table and in PollError', (code, { retryable, message }) => {
  const error = pollError(code as ErrorCode)
  expect(error).toBeInstanceOf(PollError)
  expect(error).toMatchObject({ name: 'PollError', code, message, retryable, details: {} })
})

it('takes only codes of the table for codes', () => {
  expect(isErrorCode('BUSY')).toBe(true)
  for (const other of ['toString', '', null, 3]) expect(isErrorCode(other)).toBe(false)
})

it('holds poll ids to the limit', () => {
  expect(isPollId('p'.repeat(limits.pollIdLength))).toBe(true)
  expect(isPollId('p'.repeat(limits.pollIdLength + 1))).toBe(false)
})

it('comes back after every close code but three', () => {
  const { BAD_MESSAGES, NOT_ADMITTED, FORBIDDEN } = closeCodes
  const final = Object.values(closeCodes).filter((code) => !reconnects(code))
  expect(final).toEqual([BAD_MESSAGES, NOT_ADMITTED, FORBIDDEN])
  expect(Object.keys(finalCodes)).toEqual(final.map(String))
  expect(reconnects(1006)).toBe(true)
})
