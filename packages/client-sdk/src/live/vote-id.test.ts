import { expect, it, vi } from 'vitest'
import { isVoteId } from '../protocol/ids.ts'
import { createVoteId } from './vote-id.ts'

it('is a UUID of version 4, and another each time', () => {
  const ids = Array.from({ length: 1000 }, createVoteId)
  for (const id of ids) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(isVoteId(id)).toBe(true)
  }
  expect(new Set(ids).size).toBe(ids.length)
})

it('needs no secure context', () => {
  const { getRandomValues } = crypto
  vi.stubGlobal('crypto', { getRandomValues: getRandomValues.bind(crypto) })
  expect(createVoteId()).toHaveLength(36)
  vi.unstubAllGlobals()
})
