import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createPage, createReturningPage, own, samplePoll, server } from '../../test/fake-server.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const device = `live-poll:voter:${server}`
const marker = `live-poll:session:${server}`
const admissions = (log: readonly string[]) => log.filter((line) => line.startsWith('POST /voters'))

/** A page on which someone signed in has cast a vote, at revision 1. */
async function createSignedInPage() {
  const page = createPage()
  page.http.user = 'ann'
  const watched = page.watch()
  await page.settle()
  page.last().welcome()
  page.sayPoll()
  const receipt = page.client.vote('lunch', [1])
  await page.settle()
  page.last().say({ type: 'welcome', voterId: 'ann' })
  page.sayPoll()
  page.answerVote(1)
  await receipt
  return { ...page, watched }
}

describe('before the first vote of a page', () => {
  it('the server says who votes: whoever is signed in, not the device that voted before', async () => {
    const { client, http, items, last, settle, sayPoll, sentVotes, watched } = await createReturningPage(own)
    http.user = 'ann'
    void client.vote('lunch', [2])
    await settle()
    expect(admissions(http.log)).toEqual(['POST /voters Bearer lpv_kept'])
    expect(sentVotes()).toEqual([])
    last().welcome('ann')
    expect(last().sent[0]).toEqual({ type: 'hello', token: 'lpv_s1' })
    expect(watched.now().vote).toBeNull()
    sayPoll()
    expect(sentVotes()).toMatchObject([{ choices: [2], revision: 0 }])
    expect(items.get(device)).toBe('lpv_kept')
    expect(items.get(marker)).toBeDefined()
    expect([...items.values()].join()).not.toContain('lpv_s')
  })

  it('the device itself goes on over the same line, with the revision it has seen', async () => {
    const { client, http, sockets, settle, sentVotes } = await createReturningPage(own)
    void client.vote('lunch', [2])
    void client.vote('lunch', [1])
    await settle()
    expect(admissions(http.log)).toHaveLength(1)
    expect(sockets).toHaveLength(1)
    expect(sentVotes()).toMatchObject([{ choices: [2], revision: 4 }])
  })
})

describe('who was signed in', () => {
  it('is asked for when the page loads again, before hello, and nothing is stored for it', async () => {
    const page = createPage({}, { [device]: 'lpv_kept', [marker]: '0.5' })
    page.http.user = 'ann'
    const { now } = page.watch()
    await page.settle()
    expect(page.http.bodies).toEqual([{ isKnown: true }])
    page.last().welcome('ann')
    expect(page.last().sent[0]).toEqual({ type: 'hello', token: 'lpv_s1' })
    page.sayPoll({}, own)
    expect(now().vote).toEqual(own)
    expect([...page.items]).toEqual([
      [device, 'lpv_kept'],
      [marker, '0.5'],
    ])
  })

  it('and signed out gives way to the device', async () => {
    const page = createPage({}, { [device]: 'lpv_kept', [marker]: '0.5' })
    page.watch()
    await page.settle()
    page.last().welcome('v')
    expect(page.last().sent[0]).toEqual({ type: 'hello', token: 'lpv_1' })
    expect([...page.items]).toEqual([[device, 'lpv_kept']])
  })

  it('and signed out, with no device that voted, leaves nobody', async () => {
    const page = createPage({}, { [marker]: '0.5' })
    page.watch()
    await page.settle()
    page.last().welcome()
    expect(page.last().sent[0]).toEqual({ type: 'hello' })
    expect(page.items.size).toBe(0)
  })
})

describe('a session that ends', () => {
  it('with 4401 sends what is unanswered as whoever is signed in now, on what they have', async () => {
    const { client, http, last, settle, sayPoll, sentVotes } = await createSignedInPage()
    void client.vote('lunch', [2])
    expect(sentVotes().at(-1)).toMatchObject({ choices: [2], revision: 1 })
    http.user = 'ben'
    last().end(4401)
    await settle()
    last().welcome('ben')
    expect(last().sent).toEqual([
      { type: 'hello', token: 'lpv_s2' },
      { type: 'watch', pollId: 'lunch' },
    ])
    await settle()
    sayPoll({}, { ...own, revision: 7 })
    await settle()
    expect(sentVotes()).toMatchObject([{ choices: [2], revision: 7 }])
  })

  it('asked for again by the same user sends the vote unchanged', async () => {
    const { client, last, settle, lastVote, sentVotes } = await createSignedInPage()
    void client.vote('lunch', [2])
    const sent = lastVote()
    last().end(4401)
    await settle()
    last().welcome('ann')
    expect(sentVotes()).toEqual([sent])
  })

  it('on a vote is met once: the vote goes again as the device, and a second refusal stands', async () => {
    const { client, http, last, settle, sayPoll, lastVote, sockets } = await createSignedInPage()
    http.user = null
    const refused = expect(client.vote('lunch', [2])).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    const refuse = () => {
      const { voteId, pollId } = lastVote()
      last().say({ type: 'rejected', voteId, pollId, code: 'UNAUTHENTICATED', message: 'Sign in.' })
    }
    refuse()
    await settle()
    expect(sockets).toHaveLength(2)
    last().welcome('v')
    sayPoll({}, own)
    expect(last().sent[0]).toEqual({ type: 'hello', token: 'lpv_2' })
    expect(lastVote()).toMatchObject({ choices: [2], revision: 4 })
    refuse()
    await refused
    expect(admissions(http.log)).toHaveLength(2)
  })

  it('refuses the vote where nobody can be admitted, and votes as nobody before', async () => {
    const { client, http, last, settle, lastVote, sentVotes } = await createSignedInPage()
    const refused = expect(client.vote('lunch', [2])).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    http.refuse = { code: 'RATE_LIMITED', status: 429 }
    const { voteId, pollId } = lastVote()
    last().say({ type: 'rejected', voteId, pollId, code: 'UNAUTHENTICATED', message: 'Sign in.' })
    await settle()
    await refused
    last().welcome()
    expect(last().sent[0]).toEqual({ type: 'hello' })
    void client.vote('lunch', [2])
    await settle()
    expect(sentVotes()).toEqual([])
  })
})

describe('refresh', () => {
  it('goes on as whoever is signed in now, and no vote goes out as who was', async () => {
    const { client, http, last, settle, sayPoll, sentVotes, watched, items } = await createSignedInPage()
    const told = items.get(marker)
    http.user = 'ben'
    client.refresh()
    void client.vote('lunch', [2])
    expect(sentVotes()).toHaveLength(1)
    await settle()
    last().welcome('ben')
    expect(last().sent[0]).toEqual({ type: 'hello', token: 'lpv_s2' })
    expect(watched.now().vote).toBeNull()
    expect(items.get(marker)).not.toBe(told)
    sayPoll()
    await settle()
    expect(sentVotes()).toMatchObject([{ choices: [2], revision: 0 }])
  })

  it('after signing out votes as the same device as before', async () => {
    const { client, http, last, settle, items } = await createReturningPage(own)
    http.user = 'ann'
    client.refresh()
    await settle()
    last().welcome('ann')
    http.user = null
    client.refresh()
    await settle()
    last().welcome('v')
    expect(last().sent[0]).toEqual({ type: 'hello', token: 'lpv_2' })
    expect([...items]).toEqual([[device, 'lpv_kept']])
  })

  it('finds a poll that is shown only to who signed in', async () => {
    const { client, http, polls, watch, settle, last } = createPage()
    polls.set('board', samplePoll({ id: 'board' }))
    http.hidden.add('board')
    const { now } = watch('board')
    await settle()
    expect(now().status).toBe('not-found')
    http.user = 'ann'
    client.refresh()
    await settle()
    expect(now()).toMatchObject({ status: 'ready', poll: { id: 'board' } })
    last().welcome('ann')
    expect(last().types()).toEqual(['hello', 'watch'])
  })

  it('of a closed client does nothing', async () => {
    const { client, http, settle } = createPage()
    client.close()
    client.refresh()
    await settle()
    expect(http.log).toEqual([])
  })

  it('in another tab is heard of, also by one that is hidden', async () => {
    const events = new EventTarget()
    vi.stubGlobal('document', Object.assign(events, { hidden: true }))
    vi.stubGlobal('addEventListener', events.addEventListener.bind(events))
    const { client, http, last, settle } = await createReturningPage(own)
    const store = (key: string, newValue: string | null) => {
      events.dispatchEvent(Object.assign(new Event('storage'), { key, newValue }))
      return settle()
    }
    http.user = 'ann'
    await store('of the app', '1')
    await store(marker, null)
    expect(http.bodies).toEqual([])
    await store(marker, '0.7')
    expect(http.bodies).toEqual([{ isKnown: true }])
    last().welcome('ann')
    expect(last().sent[0]).toEqual({ type: 'hello', token: 'lpv_s1' })
    client.close()
  })
})
