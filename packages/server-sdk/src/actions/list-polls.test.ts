import { expect, it } from 'vitest'
import { pollFacts } from '../domain/poll.fixture.ts'
import type { PollFacts, PollRecord } from '../domain/poll.ts'
import { createListPolls } from './list-polls.ts'

const now = new Date('2026-06-01T12:00:00Z')

function record(id: string, times: Partial<PollFacts> = {}): PollRecord {
  return {
    facts: pollFacts({ id, createdAt: now, ...times }),
    version: 0,
    buckets: new Map(),
    now,
  }
}

it('shows no poll open whose time is over: it is read, and so closed, first', async () => {
  const records = [record('open'), record('due', { closesAt: now }), record('gone', { closesAt: now })]
  const read: string[] = []
  const listPolls = createListPolls(
    { list: async () => ({ records, next: null }) },
    async (pollId) => {
      read.push(pollId)
      return pollId === 'due' ? record('due', { closesAt: now, closedAt: now }) : undefined
    },
    null,
  )
  const { polls } = await listPolls()
  expect(polls.map((poll) => [poll.id, poll.state])).toEqual([
    ['open', 'open'],
    ['due', 'closed'],
    ['gone', 'open'],
  ])
  expect(read).toEqual(['due', 'gone'])
})
