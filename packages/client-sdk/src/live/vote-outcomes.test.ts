import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createPage, createVotingPage, own, server } from '../../test/fake-server.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('a ballot chosen before a reset is not cast after it', () => {
  it('when it waited behind a vote that met the reset', async () => {
    const { client, last, lastVote, sayPoll, sentVotes, settle } = await createVotingPage(own)
    const first = expect(client.vote('lunch', [2])).rejects.toMatchObject({ code: 'EPOCH_CHANGED' })
    const second = expect(client.vote('lunch', [1])).rejects.toMatchObject({
      code: 'EPOCH_CHANGED',
      details: { epoch: 2 },
    })
    const { voteId } = lastVote()
    last().say({ type: 'rejected', voteId, pollId: 'lunch', code: 'EPOCH_CHANGED', message: '', epoch: 2 })
    await first
    await settle()
    sayPoll({ epoch: 2 })
    await second
    expect(sentVotes()).toHaveLength(1)
    sayPoll({ epoch: 2 })
    void client.vote('lunch', [1])
    expect(lastVote()).toMatchObject({ choices: [1], revision: 0, epoch: 2 })
  })

  it('when the line was down meanwhile', async () => {
    const { client, last, watched, sayPoll, sentVotes } = await createVotingPage(own)
    last().end(1006)
    const refused = expect(client.vote('lunch', [2])).rejects.toMatchObject({ code: 'EPOCH_CHANGED' })
    await vi.advanceTimersByTimeAsync(500)
    last().welcome('v')
    sayPoll({ epoch: 2 })
    await refused
    expect(sentVotes()).toEqual([])
    expect(watched.now()).toMatchObject({ poll: { epoch: 2 }, vote: null, pending: null })
  })
})

describe('every vote is answered', () => {
  it('where the poll is shown, but may not be watched', async () => {
    const { client, watch, items, settle, last } = createPage()
    items.set(`live-poll:voter:${server}`, 'lpv_kept')
    const { now } = watch()
    await settle()
    last().welcome('v')
    const refused = expect(client.vote('lunch', [1])).rejects.toMatchObject({ code: 'INVALID' })
    const refuse = () => last().say({ type: 'error', code: 'INVALID', message: 'Too many polls.', pollId: 'lunch' })
    refuse()
    await refused
    expect(now()).toMatchObject({ status: 'ready', pending: null })
    const again = expect(client.vote('lunch', [1])).rejects.toMatchObject({ code: 'INVALID' })
    expect(last().types(), 'asked again').toEqual(['hello', 'watch', 'watch'])
    refuse()
    await again
  })

  it('where it was sent, and the poll is deleted as the line is lost', async () => {
    const { client, last, lastVote, sockets } = await createVotingPage()
    const refused = expect(client.vote('lunch', [1])).rejects.toMatchObject({ code: 'POLL_NOT_FOUND' })
    const { voteId } = lastVote()
    last().say({ type: 'error', code: 'POLL_NOT_FOUND', message: '', pollId: 'lunch' })
    last().end(1006)
    await vi.advanceTimersByTimeAsync(500)
    expect(sockets).toHaveLength(2)
    last().welcome('v')
    expect(lastVote().voteId).toBe(voteId)
    last().say({ type: 'rejected', voteId, pollId: 'lunch', code: 'POLL_NOT_FOUND', message: '' })
    await refused
  })
})

describe('a closed client leaves no timer', () => {
  it('of a vote that was to be sent again', async () => {
    const { client, last, lastVote } = await createVotingPage()
    const refused = expect(client.vote('lunch', [1])).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    const { voteId } = lastVote()
    last().say({ type: 'rejected', voteId, pollId: 'lunch', code: 'BUSY', message: '', retryAfter: 20_000 })
    client.close()
    await refused
    expect(vi.getTimerCount()).toBe(0)
  })

  it('of a voter who was being admitted', async () => {
    const { client, watch, http, last, settle } = createPage()
    watch()
    await settle()
    last().welcome()
    let admit = () => {}
    http.admission = new Promise<void>((resolve) => {
      admit = resolve
    })
    http.refuse = { code: 'BUSY', status: 503 }
    const refused = expect(client.vote('lunch', [1])).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await settle()
    client.close()
    await refused
    admit()
    await settle()
    expect(vi.getTimerCount()).toBe(0)
  })
})
