import { expect, it } from 'vitest'
import { classifyMysqlError } from './mysql-errors.ts'

const numbered = (errno: number) => Object.assign(new Error('what the server says'), { errno, code: 'ER_SOMETHING' })

it.each([
  [1205, 'again'],
  [1213, 'again'],
  [1180, 'again'],
  [3101, 'again'],
  [1412, 'again'],
  [1927, 'lost'],
  [4031, 'lost'],
  [1114, 'unable'],
  [1206, 'unable'],
  [1637, 'unable'],
  [3032, 'unable'],
  [1062, 'refused'],
  [1406, 'refused'],
] as const)('takes %i for %s', (errno, failure) => {
  expect(classifyMysqlError(numbered(errno))).toBe(failure)
})
