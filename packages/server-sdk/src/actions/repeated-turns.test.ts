import { expect, it } from 'vitest'
import { createClosePoll } from './close-poll.ts'
import { createDeletePoll } from './delete-poll.ts'
import { createOpenPoll } from './open-poll.ts'
import type { PollReading } from './read-poll.ts'
import { createResetPoll } from './reset-poll.ts'

/** The parts of an action whose work was done by an earlier call that nobody heard the end of. */
function createParts() {
  const told: string[] = []
  const facts = { get: async () => undefined, drop: (pollId: string) => void told.push(`dropped ${pollId}`) }
  const board = {
    markDirty: (pollId: string) => void told.push(`read ${pollId}`),
    deleted: (pollId: string) => void told.push(`deleted ${pollId}`),
    newest: () => undefined,
    onNews: () => () => {},
    close() {},
  }
  const readPoll = async () => ({ poll: { id: 'p' } }) as PollReading
  return { told, facts, board, readPoll }
}

// The database may commit and lose the line before it says so: the organizer asks again, and watchers know of nothing yet.
it('what a repeat finds done already is told to those who watch', async () => {
  const { told, facts, board, readPoll } = createParts()
  const done = async () => 'unchanged' as const
  await createOpenPoll({ open: done }, facts, board, readPoll)('p')
  await createClosePoll({ close: done }, facts, board, readPoll)('p')
  await createResetPoll({ reset: done }, facts, board, readPoll)('p', { epoch: 1 })
  expect(told).toEqual(['dropped p', 'read p', 'dropped p', 'read p', 'dropped p', 'read p'])
})

it('a poll that is found deleted is told as deleted', async () => {
  const { told, facts, board } = createParts()
  const deletePoll = createDeletePoll({
    ...{ polls: { delete: async () => false }, facts, board },
    ...{ images: { ofPoll: async () => [] }, removeImages: async () => {} },
  })
  await expect(deletePoll('p')).rejects.toMatchObject({ code: 'POLL_NOT_FOUND' })
  expect(told).toEqual(['dropped p', 'deleted p'])
})
