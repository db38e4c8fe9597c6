import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createPage, createReturningPage, createVotingPage, own, samplePoll, server } from '../../test/fake-server.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('the first vote', () => {
  it('makes the visitor a voter: token stored first, then hello, the own vote asked, then the vote', async () => {
    const { watch, settle, last, client, http, items, sayPoll, answerVote, lastVote } = createPage()
    const { now } = watch()
    await settle()
    last().welcome()
    sayPoll()
    expect(items.size).toBe(0)
    const receipt = client.vote('lunch', [2])
    expect(now().pending).toEqual({ choices: [2] })
    await settle()
    expect(http.log.at(-1)).toBe('POST /voters')
    expect(items.get(`live-poll:voter:${server}`)).toBe('lpv_1')
    expect(last().sent.at(-1)).toEqual({ type: 'hello', token: 'lpv_1' })
    last().say({ type: 'welcome', voterId: 'v1' })
    expect(last().types()).toEqual(['hello', 'watch', 'hello', 'watch'])
    sayPoll()
    expect(lastVote()).toMatchObject({ pollId: 'lunch', choices: [2], revision: 0, epoch: 1 })
    answerVote(1)
    const { voteId } = lastVote()
    expect(await receipt).toEqual({ voteId, revision: 1, epoch: 1 })
    expect(now()).toMatchObject({ vote: { voteId, choices: [2], revision: 1 }, pending: null })
  })

  it('works without watching, and replaces what the voter had', async () => {
    const { client, settle, last, sayPoll, lastVote, answerVote, items } = createPage()
    items.set(`live-poll:voter:${server}`, 'lpv_kept')
    const receipt = client.vote('lunch', null)
    await settle()
    last().welcome('v')
    expect(last().sent).toEqual([
      { type: 'hello', token: 'lpv_kept' },
      { type: 'watch', pollId: 'lunch' },
    ])
    sayPoll({}, own)
    await settle()
    expect(lastVote()).toMatchObject({ choices: null, revision: 4 })
    answerVote(5)
    expect((await receipt).revision).toBe(5)
    await settle()
    expect(last().sent.at(-1)).toEqual({ type: 'unwatch', pollId: 'lunch' })
  })

  it('is tried again while the server cannot admit voters', async () => {
    const { watch, settle, last, client, http } = createPage()
    watch()
    await settle()
    last().welcome()
    http.refuse = { code: 'BUSY', status: 503 }
    void client.vote('lunch', [1])
    await settle()
    expect(last().types()).toEqual(['hello', 'watch'])
    http.refuse = null
    await vi.advanceTimersByTimeAsync(2000)
    expect(last().types()).toEqual(['hello', 'watch', 'hello'])
  })

  it('is rejected when the server will not admit this visitor', async () => {
    const { watch, settle, last, client, http } = createPage()
    const { now } = watch()
    await settle()
    last().welcome()
    http.refuse = { code: 'ORIGIN_NOT_ALLOWED', status: 403 }
    await expect(client.vote('lunch', [1])).rejects.toMatchObject({ code: 'ORIGIN_NOT_ALLOWED' })
    expect(now().pending).toBeNull()
  })

  it('says hello with the new token when the line was lost while it was admitted', async () => {
    const { watch, settle, last, client } = createPage()
    watch()
    await settle()
    last().welcome()
    void client.vote('lunch', [1])
    last().end(1006)
    await vi.advanceTimersByTimeAsync(500)
    last().open()
    expect(last().sent).toEqual([{ type: 'hello', token: 'lpv_1' }])
  })

  it('does not say hello twice when it became another tab’s voter meanwhile', async () => {
    const { watch, settle, last, client, http, items } = createPage()
    watch()
    await settle()
    last().welcome()
    let admit = () => {}
    http.admission = new Promise<void>((resolve) => {
      admit = resolve
    })
    void client.vote('lunch', [1])
    items.set(`live-poll:voter:${server}`, 'lpv_other_tab')
    last().end(1006)
    await vi.advanceTimersByTimeAsync(500)
    last().welcome('v')
    admit()
    await settle()
    expect(last().sent).toEqual([
      { type: 'hello', token: 'lpv_other_tab' },
      { type: 'watch', pollId: 'lunch' },
    ])
  })

  it('admits one voter, however many votes are cast at once', async () => {
    const { watch, settle, last, client, http, polls } = createPage()
    polls.set('dinner', samplePoll({ id: 'dinner' }))
    watch('lunch')
    watch('dinner')
    await settle()
    last().welcome()
    void client.vote('lunch', [1])
    void client.vote('dinner', [2])
    await settle()
    expect(http.admissions).toBe(1)
    expect(last().types()).toEqual(['hello', 'watch', 'watch', 'hello'])
  })
})

describe('votes', () => {
  it('on one poll go one after the other, each naming the revision before it', async () => {
    const { client, watched, sentVotes, answerVote, settle } = await createVotingPage(own)
    const first = client.vote('lunch', [1])
    const second = client.vote('lunch', [2])
    expect(sentVotes()).toMatchObject([{ choices: [1], revision: 4 }])
    expect(watched.now().pending).toEqual({ choices: [2] })
    answerVote(5)
    await first
    await settle()
    expect(watched.now()).toMatchObject({ vote: { choices: [1], revision: 5 }, pending: { choices: [2] } })
    expect(sentVotes()).toMatchObject([{ revision: 4 }, { choices: [2], revision: 5 }])
    answerVote(6)
    await second
    await settle()
    expect(watched.now()).toMatchObject({ vote: { choices: [2], revision: 6 }, pending: null })
  })

  it('are sent again, unchanged, after a cut; an answer lost with the line is asked for again', async () => {
    const { client, last, lastVote, watched, sayPoll } = await createVotingPage()
    const receipt = client.vote('lunch', [2])
    const sent = lastVote()
    last().end(1006)
    await vi.advanceTimersByTimeAsync(500)
    last().welcome('v')
    expect(last().sent.at(1)).toEqual(sent)
    last().say({ type: 'voted', voteId: sent.voteId, pollId: 'lunch', revision: 1, epoch: 1, duplicate: true })
    sayPoll({}, { voteId: sent.voteId, choices: [2], revision: 1 })
    expect(await receipt).toMatchObject({ revision: 1, duplicate: true })
    expect(watched.now().vote?.revision).toBe(1)
  })

  it('keep the choices they were cast with, in order', async () => {
    const { client, answerVote, watched, sentVotes } = await createVotingPage()
    const choices = [2, 1]
    const receipt = client.vote('lunch', choices)
    choices.push(3)
    expect(sentVotes()[0]?.choices).toEqual([1, 2])
    answerVote(1)
    await receipt
    expect(watched.now().vote?.choices).toEqual([1, 2])
  })

  it.each([
    ['REVISION_CONFLICT', { revision: 5 }],
    ['ALREADY_VOTED', { revision: 5 }],
    ['EPOCH_CHANGED', { epoch: 2 }],
  ] as const)('refused with %s make the client ask for the truth', async (code, details) => {
    const { client, last, lastVote, watched, sayPoll } = await createVotingPage(own)
    const refused = expect(client.vote('lunch', [2])).rejects.toMatchObject({ code, details })
    const { voteId } = lastVote()
    last().say({ type: 'rejected', voteId, pollId: 'lunch', code, message: code, ...details })
    await refused
    expect(last().sent.at(-1)).toEqual({ type: 'watch', pollId: 'lunch' })
    sayPoll({ epoch: 2 }, { ...own, revision: 5 })
    expect(watched.now()).toMatchObject({ vote: { revision: 5 }, pending: null })
  })

  it.each(['REVISION_CONFLICT', 'ALREADY_VOTED'] as const)(
    'refused with %s take up the vote that stands, and the next one goes on from it at once',
    async (code) => {
      const { client, last, lastVote, watched, settle } = await createVotingPage(own)
      const refused = expect(client.vote('lunch', [2])).rejects.toMatchObject({ code })
      const { voteId } = lastVote()
      const vote = { voteId: 'other-tab', choices: [1, 2], revision: 9 }
      last().say({ type: 'rejected', voteId, pollId: 'lunch', code, message: code, revision: 9, vote })
      await refused
      await settle()
      expect(watched.now()).toMatchObject({ vote, pending: null })
      expect(last().sent.at(-1)).toEqual({ type: 'watch', pollId: 'lunch' })
      void client.vote('lunch', [1])
      expect(lastVote()).toMatchObject({ choices: [1], revision: 9, epoch: 1 })
    },
  )

  it('that wait behind a conflict name the revision that stands', async () => {
    const { client, last, lastVote, sayPoll, sentVotes, settle } = await createVotingPage(own)
    const refused = expect(client.vote('lunch', [2])).rejects.toMatchObject({ code: 'REVISION_CONFLICT' })
    void client.vote('lunch', [1])
    const { voteId } = lastVote()
    last().say({ type: 'rejected', voteId, pollId: 'lunch', code: 'REVISION_CONFLICT', message: '', revision: 9 })
    await refused
    await settle()
    expect(sentVotes()).toHaveLength(1)
    sayPoll({}, { ...own, revision: 9 })
    expect(lastVote()).toMatchObject({ choices: [1], revision: 9 })
  })

  it('on a poll that is not there are rejected', async () => {
    const { client } = createPage()
    await expect(client.vote('gone', [1])).rejects.toMatchObject({ code: 'POLL_NOT_FOUND' })
    await expect(client.vote('no/id', [1])).rejects.toMatchObject({ code: 'POLL_NOT_FOUND' })
  })

  it('outlive the listener that watched', async () => {
    const { client, watched, answerVote, last, settle } = await createVotingPage()
    const receipt = client.vote('lunch', [1])
    watched.stop()
    expect(last().types()).not.toContain('unwatch')
    answerVote(1)
    await receipt
    await settle()
    expect(last().types()).toContain('unwatch')
  })
})

describe('a token that the server refuses', () => {
  it('is dropped, and the visitor a new one with the next vote', async () => {
    const { watched, last, items, http, client, settle } = await createReturningPage(own)
    http.oldTokens.add('lpv_kept')
    last().end(4401)
    expect(watched.now().vote).toEqual(own)
    await settle()
    expect(http.admissions).toBe(0)
    expect(items.size).toBe(0)
    last().welcome()
    expect(last().sent[0]).toEqual({ type: 'hello' })
    expect(watched.now().vote).toBeNull()
    void client.vote('lunch', [1])
    await settle()
    expect(items.get(`live-poll:voter:${server}`)).toBe('lpv_1')
    expect(last().sent.at(-1)).toEqual({ type: 'hello', token: 'lpv_1' })
  })

  it('keeps an unanswered vote back until somebody is admitted', async () => {
    const { client, last, http, sentVotes, settle, sayPoll } = await createReturningPage()
    http.oldTokens.add('lpv_kept')
    http.refuse = { code: 'BUSY', status: 503 }
    void client.vote('lunch', [1])
    last().end(4401)
    await settle()
    last().welcome()
    expect(sentVotes()).toEqual([])
    http.refuse = null
    await vi.advanceTimersByTimeAsync(2000)
    last().say({ type: 'welcome', voterId: 'v1' })
    sayPoll()
    expect(sentVotes()).toMatchObject([{ choices: [1] }])
  })

  it('leaves a watcher watching when nobody is admitted', async () => {
    const { watched, last, http, settle } = await createVotingPage()
    http.refuse = { code: 'RATE_LIMITED', status: 429 }
    last().end(4401)
    await settle()
    last().welcome()
    expect(last().sent[0]).toEqual({ type: 'hello' })
    expect(watched.now()).toMatchObject({ status: 'ready', transport: 'websocket' })
  })
})

describe('a refusal', () => {
  it('of the connection rejects votes: not sent, or of unknown outcome', async () => {
    const { client, last, lastVote } = await createVotingPage()
    const sent = expect(client.vote('lunch', [1])).rejects
    const outcome = sent.toMatchObject({ code: 'UNAVAILABLE', details: { voteId: lastVote().voteId } })
    const waiting = expect(client.vote('lunch', [2])).rejects.toMatchObject({ code: 'FORBIDDEN' })
    last().end(4403)
    await outcome
    await waiting
  })
})
