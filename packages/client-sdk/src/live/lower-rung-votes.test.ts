import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createStreamingPage, sayOnStream } from '../../test/blocked-page.ts'
import { createPage, createVotingPage, own, server } from '../../test/fake-server.ts'

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(0.999)
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const events = 'GET /polls/lunch/events'

describe('a vote', () => {
  it('of a new visitor admits, opens the stream anew as the voter, and goes', async () => {
    const page = await createStreamingPage()
    const { client, http, settle, now, items } = page
    const receipt = client.vote('lunch', [2])
    await settle()
    expect(items.get(`live-poll:voter:${server}`)).toMatch(/^lpv_/)
    expect(http.log.at(-1)).toMatch(/^GET \/polls\/lunch\/events Bearer lpt_\d$/)
    expect(http.openStreams).toHaveLength(1)
    expect(http.log.filter((line) => line.startsWith('PUT'))).toEqual([])
    sayOnStream(page)
    await settle()
    expect(await receipt).toMatchObject({ revision: 1, epoch: 1 })
    expect(http.bodies.at(-1)).toMatchObject({ choices: [2], revision: 0, epoch: 1 })
    expect(now()).toMatchObject({ vote: { choices: [2], revision: 1 }, pending: null })
  })

  it('unanswered on the socket goes on over HTTP, the same under the same id', async () => {
    const page = await createVotingPage(own)
    const receipt = page.client.vote('lunch', [2])
    const { type, pollId, ...sent } = page.lastVote()
    await page.block()
    for (const wait of [500, 1000, 2000]) {
      await vi.advanceTimersByTimeAsync(wait)
      await page.block()
    }
    page.http.vote = own
    await page.settle()
    expect(await receipt).toMatchObject({ voteId: sent.voteId })
    expect(page.http.bodies).toContainEqual(sent)
  })

  it('whose answer is lost is asked for again under the same id', async () => {
    const { client, http, settle } = await createStreamingPage({}, own)
    http.refuseVote = 'lost'
    const receipt = client.vote('lunch', [2])
    await settle()
    http.refuseVote = null
    await vi.advanceTimersByTimeAsync(2100)
    expect(await receipt).toMatchObject({ revision: 5, duplicate: true })
    const votes = http.bodies.filter((body) => JSON.stringify(body).includes('voteId'))
    expect(votes).toHaveLength(2)
    expect(votes[1]).toEqual(votes[0])
  })

  it('on its way when a WebSocket opens is sent there, the same', async () => {
    const { client, http, last, lastVote, settle } = await createStreamingPage({}, own)
    http.refuseVote = { code: 'UNAVAILABLE', status: 503 }
    const receipt = client.vote('lunch', [2])
    await settle()
    await vi.advanceTimersByTimeAsync(500)
    last().welcome('v')
    await vi.advanceTimersByTimeAsync(2000)
    expect(lastVote()).toMatchObject(http.bodies.at(-1) as object)
    last().say({ type: 'voted', voteId: lastVote().voteId, pollId: 'lunch', revision: 5, epoch: 1 })
    expect(await receipt).toMatchObject({ revision: 5 })
  })

  it('is taken back with DELETE', async () => {
    const { client, http, now, settle } = await createStreamingPage({}, own)
    const receipt = client.vote('lunch', null)
    await settle()
    const { voteId } = await receipt
    expect(http.log).toContain(`DELETE /polls/lunch/vote?voteId=${voteId}&revision=4&epoch=1 Bearer lpv_2`)
    expect(now().vote).toEqual({ voteId, choices: null, revision: 5 })
  })

  it.each([
    ['after-vote', 2],
    ['always', 1],
  ] as const)('where results are shown %s leaves %i stream(s) opened', async (showResults, opened) => {
    const { client, http, settle } = await createStreamingPage({ showResults }, own)
    void client.vote('lunch', [2])
    await settle()
    expect(http.streams).toHaveLength(opened)
    expect(http.openStreams).toHaveLength(1)
  })

  it('that is refused says why, and takes up the vote that stands', async () => {
    const { client, http, now, settle } = await createStreamingPage({}, own)
    const vote = { voteId: 'other', choices: [1], revision: 7 }
    http.refuseVote = { code: 'REVISION_CONFLICT', status: 409, vote }
    const refused = expect(client.vote('lunch', [2])).rejects.toMatchObject({ code: 'REVISION_CONFLICT' })
    await settle()
    await refused
    expect(now()).toMatchObject({ vote, pending: null })
  })
})

describe('a token that is refused', () => {
  it('is replaced once, and the vote goes as the new voter', async () => {
    const page = await createStreamingPage({}, own)
    const { client, http, settle, items } = page
    http.oldTokens.add('lpv_2')
    const receipt = client.vote('lunch', [2])
    await settle()
    sayOnStream(page, {}, own)
    await settle()
    expect(await receipt).toMatchObject({ epoch: 1 })
    const [first, second] = http.bodies.filter((body) => JSON.stringify(body).includes('voteId'))
    expect(second).toEqual(first)
    expect(http.log.filter((line) => line.startsWith('PUT'))).toEqual([
      'PUT /polls/lunch/vote Bearer lpv_2',
      'PUT /polls/lunch/vote Bearer lpv_3',
    ])
    expect(items.get(`live-poll:voter:${server}`)).toBe('lpv_3')
  })

  it('twice rejects the vote', async () => {
    const page = await createStreamingPage({}, own)
    const { client, http, settle } = page
    http.refuseVote = { code: 'UNAUTHENTICATED', status: 401 }
    const refused = expect(client.vote('lunch', [2])).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    await settle()
    sayOnStream(page, {}, own)
    await settle()
    await refused
    expect(http.log.filter((line) => line.startsWith('PUT'))).toHaveLength(2)
  })

  it('at the start leaves a watcher watching as nobody when no other is given', async () => {
    const page = createPage()
    page.items.set(`live-poll:voter:${server}`, 'lpv_old')
    page.http.refuse = { code: 'UNAUTHENTICATED', status: 401 }
    page.watch()
    await page.settle()
    await page.block()
    expect(page.http.log.at(-1)).toBe(events)
    expect(page.items.size).toBe(0)
  })
})
