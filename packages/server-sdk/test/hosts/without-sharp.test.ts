import { expect, it, vi } from 'vitest'
import { startLivePoll } from '../start-live-poll.ts'

vi.mock('sharp', () => {
  throw new Error("Cannot find package 'sharp'")
})

it('says what to install where a picture comes and sharp is not there; polls work', async () => {
  const { livePoll, stop } = await startLivePoll()
  try {
    await expect(livePoll.api.storeImage(Buffer.from('a picture'))).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('npm install sharp'),
    })
    const { id } = await livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })
    await livePoll.api.castVote({ pollId: id, voter: 'ada', choices: [1] })
    expect(await livePoll.api.getResults(id)).toMatchObject({ votes: [1, 0] })
  } finally {
    await stop()
  }
})
