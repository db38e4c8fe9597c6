import { describe, expect, it } from 'vitest'
import { wantedRange } from './byte-range.ts'
import type { HttpRequest } from './http-message.ts'

const requestWith = (headers: Record<string, string>): HttpRequest => ({
  ...{ method: 'GET', path: '/', query: new URLSearchParams(), headers: new Headers(headers) },
  readBody: async () => ({ bytes: new Uint8Array() }),
})

describe('of 1000 bytes', () => {
  it.each([
    ['bytes=0-99', { first: 0, last: 99 }],
    ['bytes=999-', { first: 999, last: 999 }],
    ['bytes=500-5000', { first: 500, last: 999 }],
    ['bytes=-1', { first: 999, last: 999 }],
    ['bytes=-5000', { first: 0, last: 999 }],
    ['bytes=1000-', 'none such'],
    ['bytes=1000-2000', 'none such'],
    ['bytes=-0', 'none such'],
    ['bytes=5-4', undefined],
    ['bytes=-', undefined],
    ['bytes=0-1,5-6', undefined],
    ['bytes=0x1-', undefined],
    ['lines=0-1', undefined],
    [`bytes=0-${'9'.repeat(400)}`, undefined],
  ])('%s', (range, expected) => {
    expect(wantedRange(requestWith({ range }), 1000, '"a"')).toEqual(expected)
  })

  it('asks for all where it is not known', () => {
    expect(wantedRange(requestWith({}), 1000, '"a"')).toBeUndefined()
  })

  it('asks for a part of what has not changed alone', () => {
    const range = 'bytes=0-9'
    expect(wantedRange(requestWith({ range, 'if-range': '"a"' }), 1000, '"a"')).toEqual({ first: 0, last: 9 })
    expect(wantedRange(requestWith({ range, 'if-range': '"b"' }), 1000, '"a"')).toBeUndefined()
    expect(wantedRange(requestWith({ range, 'if-range': 'W/"a"' }), 1000, '"a"')).toBeUndefined()
  })
})
