import { createTestLivePoll, type TestLivePoll } from '@live-poll/server-sdk/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const lunch = { question: 'Lunch?', choices: ['Soup', 'Salad'] }

let livePoll: TestLivePoll
beforeAll(async () => {
  livePoll = await createTestLivePoll()
})
afterAll(() => livePoll?.close())

/** The database's clock, in so many milliseconds. */
async function inTime(ms: number): Promise<string> {
  const { createdAt } = await livePoll.api.createPoll(lunch)
  return new Date(Date.parse(createdAt) + ms).toISOString()
}

describe('The Live Poll of tests', () => {
  it('counts votes of users in the newest poll, or in the one named', async () => {
    const older = await livePoll.api.createPoll(lunch)
    const poll = await livePoll.api.createPoll(lunch)
    await livePoll.castAs('user-1', [1])
    await livePoll.castAs('user-2', [2])
    await livePoll.castAs('user-2', [1])
    await livePoll.castAs('user-1', [2], { pollId: older.id })
    expect(await livePoll.api.getResults(poll.id)).toMatchObject({ votes: [2, 0], voters: 2 })
    expect(await livePoll.api.getResults(older.id)).toMatchObject({ votes: [0, 1], voters: 1 })
  })

  it('answers requests without a server', async () => {
    const poll = await livePoll.api.createPoll(lunch)
    const answer = await livePoll.fetch(`/live-poll/polls/${poll.id}`)
    expect(await answer.json()).toMatchObject({ id: poll.id, question: 'Lunch?' })
    expect((await livePoll.fetch('/elsewhere')).status).toBe(404)
  })

  it('closes a poll whose time has come, and tells who watches', async () => {
    const poll = await livePoll.api.createPoll({ ...lunch, closesAt: await inTime(60_000) })
    await livePoll.castAs('user-1', [1])
    const results = livePoll.api.watch(poll.id)
    expect((await results.next()).value).toMatchObject({ state: 'open' })
    await livePoll.advance(30_000)
    expect(await livePoll.api.getPoll(poll.id)).toMatchObject({ state: 'open' })
    await livePoll.advance(30_000)
    expect((await results.next()).value).toMatchObject({ state: 'closed', votes: [1, 0] })
    await results.return?.()
    await expect(livePoll.castAs('user-2', [1])).rejects.toMatchObject({ code: 'POLL_CLOSED' })
  })

  it('opens one that is scheduled', async () => {
    const poll = await livePoll.api.createPoll({ ...lunch, opensAt: await inTime(3_600_000) })
    await expect(livePoll.castAs('user-1', [1])).rejects.toMatchObject({ code: 'POLL_NOT_OPEN' })
    await livePoll.advance(3_600_000)
    await livePoll.castAs('user-1', [1])
    expect(await livePoll.api.getPoll(poll.id)).toMatchObject({ state: 'open', results: { votes: [1, 0] } })
  })

  it('refuses to go back in time', async () => {
    await expect(livePoll.advance(-1)).rejects.toMatchObject({ code: 'INVALID' })
    await expect(livePoll.advance(Number.NaN)).rejects.toMatchObject({ code: 'INVALID' })
  })

  it('sees nothing of another one, of its clock neither', async () => {
    await using other = await createTestLivePoll()
    await expect(other.castAs('user-1', [1])).rejects.toMatchObject({ code: 'POLL_NOT_FOUND' })
    const poll = await other.api.createPoll({ ...lunch, closesAt: new Date(Date.now() + 60_000).toISOString() })
    await livePoll.advance(120_000)
    expect(await other.api.getPoll(poll.id)).toMatchObject({ state: 'open' })
    await expect(livePoll.api.getPoll(poll.id)).rejects.toMatchObject({ code: 'POLL_NOT_FOUND' })
  })
})
