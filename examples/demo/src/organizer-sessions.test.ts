import { expect, it } from 'vitest'
import { createOrganizerSessions } from './organizer-sessions.ts'

it('signs in once by a code', () => {
  const sessions = createOrganizerSessions()
  const code = sessions.createCode()
  const session = sessions.redeem(code)
  expect(sessions.find(session)).toEqual({ id: expect.stringMatching(/^organizer-\w+$/) })
  expect(sessions.redeem(code)).toBeUndefined()
})

it('takes the newest code only', () => {
  const sessions = createOrganizerSessions()
  const before = sessions.createCode()
  const now = sessions.createCode()
  expect(sessions.redeem(before)).toBeUndefined()
  expect(sessions.redeem(now)).toBeDefined()
})

it('signs nobody in without a code', () => {
  const sessions = createOrganizerSessions()
  expect(sessions.redeem(null)).toBeUndefined()
  expect(sessions.redeem('undefined')).toBeUndefined()
  expect(sessions.find(undefined)).toBeUndefined()
  expect(sessions.find('guess')).toBeUndefined()
})
