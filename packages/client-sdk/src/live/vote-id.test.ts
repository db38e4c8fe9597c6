import { expect, it, vi } from 'vitest'
import { isVoteId } from '../protocol/ids.ts'
import { createVoteId } from './vote-id.ts'

it('is what the protocol allows, and another each time', () => {
  const ids = Array.from({ length: 1000 }, createVoteId)
  for (const id of ids) {
    expect(id).toMatch(/^\d+-\d+-\d+-\d+$/)
    expect(isVoteId(id)).toBe(true)
  }
  expect(new Set(ids).size).toBe(ids.length)
})

it('needs no secure context', () => {
  const { getRandomValues } = crypto
  vi.stubGlobal('crypto', { getRandomValues: getRandomValues.bind(crypto) })
  expect(isVoteId(createVoteId())).toBe(true)
  vi.unstubAllGlobals()
})
