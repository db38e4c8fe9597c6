import { expect, it } from 'vitest'
import { createDeletePoll } from './delete-poll.ts'

function start(wasThere: boolean) {
  const told: string[] = []
  const deletePoll = createDeletePoll({
    polls: { delete: async (pollId) => told.push(`deleted ${pollId}`) > 0 && wasThere },
    images: { ofPoll: async (pollId) => [`one of ${pollId}`, `other of ${told.length === 0 ? pollId : 'none'}`] },
    removeImages: async (ids) => void told.push(`removed ${ids}`),
    facts: { drop: (pollId) => void told.push(`dropped ${pollId}`) },
    board: { deleted: (pollId) => void told.push(`told of ${pollId}`) },
  })
  return { deletePoll, told }
}

it('removes the pictures that the poll has shown, once it is gone and its watchers know', async () => {
  const { deletePoll, told } = start(true)
  await deletePoll('p')
  expect(told).toEqual(['deleted p', 'dropped p', 'told of p', 'removed one of p,other of p'])
})

it('removes none of a poll that is not there', async () => {
  const { deletePoll, told } = start(false)
  await expect(deletePoll('p')).rejects.toMatchObject({ code: 'POLL_NOT_FOUND' })
  expect(told).toEqual(['deleted p', 'dropped p', 'told of p'])
})
