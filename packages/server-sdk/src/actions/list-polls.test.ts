import { expect, it } from 'vitest'
import type { PollFacts, PollRecord } from '../domain/poll.ts'
import { createListPolls } from './list-polls.ts'

const now = new Date('2026-06-01T12:00:00Z')

function record(id: string, times: Partial<PollFacts> = {}): PollRecord {
  return {
    facts: {
      ...{ id, question: 'Lunch?', choices: [{ id: 1, label: 'Soup' }], ballot: { kind: 'choose', min: 1, max: 1 } },
      ...{ showResults: 'always', canChange: true, opensAt: null, closesAt: null, closedAt: null, createdAt: now },
      ...{ minVoters: null, revealedEpoch: null, lastChoiceId: 1 },
      ...{ boxes: 1, plan: 1, edition: 1, epoch: 1, salt: '', owner: null, ...times },
    },
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
