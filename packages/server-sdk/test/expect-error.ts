import { type ErrorBody, errors } from '@live-poll/client-sdk/protocol'
import { expect } from 'vitest'
import type { Answer } from './http-client.ts'

/** @throws unless the answer is an error as PROTOCOL.md has it */
export function expectError(answer: Answer<ErrorBody>, code: keyof typeof errors): void {
  const { error } = answer.body
  expect(error, JSON.stringify(answer.body)).toMatchObject({ code, message: expect.stringMatching(/./) })
  expect(answer.status).toBe(errors[code].status)
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
  expect(answer.headers['cache-control']).toBe('no-store')
  expect(error.requestId).toBe(answer.headers['x-request-id'])
  const fields = ['code', 'message', 'requestId', 'issues', 'retryAfter', 'revision', 'vote', 'epoch']
  expect(Object.keys(error).filter((field) => !fields.includes(field))).toEqual([])
  if (error.retryAfter !== undefined) {
    expect(answer.headers['retry-after']).toBe(String(Math.ceil(error.retryAfter / 1000)))
  }
}
