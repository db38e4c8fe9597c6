import { describe, expect, it } from 'vitest'
import type { HttpRequest, LivePoll, Poll } from '../index.ts'
import { withPages } from './pages.ts'

const polls = [
  { id: 'p_open', question: 'Lunch <b>?', state: 'open', isPrivate: false },
  { id: 'p_board', question: 'Chair?', state: 'open', isPrivate: true },
] as Poll[]
const livePoll = {
  basePath: '/live-poll',
  handle: async () => undefined,
  api: { listPolls: async () => ({ polls, next: null }) },
} as unknown as LivePoll

const read = (isListing: boolean) =>
  withPages(livePoll, isListing).handle({ method: 'GET', path: '/' } as unknown as HttpRequest)

describe('the page of all polls', () => {
  it('lists those that are public', async () => {
    const { body } = (await read(true)) ?? {}
    expect(body).toContain('<a href="/polls/p_open">Lunch &#60;b&#62;?</a> (open)')
    expect(body).not.toMatch(/p_board|Chair/)
  })

  it('is there where it is asked for', async () => {
    expect(await read(false)).toBeUndefined()
  })
})
