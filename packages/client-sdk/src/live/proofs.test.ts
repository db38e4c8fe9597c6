import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createPage, server } from '../../test/fake-server.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const device = `live-poll:voter:${server}`

describe('a private poll', () => {
  it('is found for who is signed in, at the first visit', async () => {
    const { http, watch, settle, items } = createPage()
    http.hidden.add('lunch')
    http.user = 'ann'
    const { now } = watch()
    await settle()
    expect(now().status).toBe('ready')
    expect(http.log).toEqual(['GET /polls/lunch', 'POST /voters', 'GET /polls/lunch Bearer lpv_s1'])
    expect(items.size).toBe(0)
  })
})

describe('an invitation', () => {
  it('that is empty is none', async () => {
    const { http, watch, settle, last, client } = createPage({ invitation: '' })
    watch()
    await settle()
    last().welcome()
    void client.vote('lunch', [1])
    await settle()
    expect(http.bodies).toEqual([{}])
    expect(http.admissions).toBe(1)
  })

  it('admits its holder before hello, stores nothing before the first vote, and then under its own key', async () => {
    const { http, items, watch, settle, last, client, sayPoll, sentVotes } = createPage({ invitation: 'CODE-ABC123' })
    items.set(device, 'lpv_kept')
    http.invitations.add('CODE-ABC123')
    http.hidden.add('lunch')
    const { now } = watch()
    await settle()
    expect(http.bodies).toEqual([{ invitation: 'CODE-ABC123', isKnown: true }])
    expect(now().status).toBe('ready')
    last().welcome('holder of CODE-ABC123')
    expect(last().sent[0]).toEqual({ type: 'hello', token: 'lpv_1' })
    expect([...items.values()]).toEqual(['lpv_kept'])
    sayPoll()
    void client.vote('lunch', [1])
    await settle()
    expect(http.bodies.at(-1)).toEqual({ invitation: 'CODE-ABC123' })
    expect(sentVotes()).toMatchObject([{ revision: 0 }])
    expect(items.get(device)).toBe('lpv_kept')
    expect([...items.keys()].at(-1)).toBe(`${device}:ABC123`)
  })

  it('that is not valid leaves a watcher watching, and refuses the vote', async () => {
    const { http, watch, settle, last, client, sayPoll } = createPage({ invitation: 'nonsense' })
    const { now } = watch()
    await settle()
    last().welcome()
    sayPoll()
    expect(now().status).toBe('ready')
    await expect(client.vote('lunch', [1])).rejects.toMatchObject({ code: 'INVITATION_INVALID' })
    expect(http.admissions).toBe(0)
  })
})

describe('a captcha', () => {
  it('is solved before the first vote of a new device on a poll that needs one', async () => {
    const captcha = vi.fn(async () => 'solved')
    const { http, watch, settle, last, client, sayPoll } = createPage({ captcha })
    watch()
    await settle()
    last().welcome()
    sayPoll({ needsCaptcha: true })
    void client.vote('lunch', [1])
    await settle()
    expect(http.bodies).toEqual([{ isKnown: true }, { captcha: 'solved' }])
    expect(captcha).toHaveBeenCalledOnce()
  })

  it('is not asked of who is signed in', async () => {
    const captcha = vi.fn(async () => 'solved')
    const { http, watch, settle, last, client, sayPoll } = createPage({ captcha })
    http.user = 'ann'
    watch()
    await settle()
    last().welcome()
    sayPoll({ needsCaptcha: true })
    void client.vote('lunch', [1])
    await settle()
    expect(captcha).not.toHaveBeenCalled()
    expect(last().sent.at(-1)).toMatchObject({ type: 'hello', token: expect.stringContaining('lpv_s') })
  })

  it('is solved when the server asks for one, and the vote goes again, once', async () => {
    const captcha = vi.fn(async () => 'solved')
    const page = createPage({ captcha })
    page.items.set(device, 'lpv_kept')
    page.watch()
    await page.settle()
    page.last().welcome('v')
    page.sayPoll()
    const refused = expect(page.client.vote('lunch', [1])).rejects.toMatchObject({ code: 'CAPTCHA_FAILED' })
    await page.settle()
    const refuse = () => {
      const { voteId, pollId } = page.lastVote()
      page.last().say({ type: 'rejected', voteId, pollId, code: 'CAPTCHA_FAILED', message: 'No.' })
    }
    refuse()
    await page.settle()
    expect(page.http.bodies.at(-1)).toEqual({ captcha: 'solved' })
    page.last().welcome('v')
    page.sayPoll()
    expect(page.sentVotes()).toHaveLength(1)
    refuse()
    await refused
    expect(captcha).toHaveBeenCalledOnce()
  })

  it.each([
    ['is not there', undefined],
    ['is not solved', () => Promise.reject(new Error('closed by the visitor'))],
  ])('that %s refuses the vote', async (_, captcha) => {
    const { watch, settle, last, client, sayPoll, http } = createPage({ captcha })
    watch()
    await settle()
    last().welcome()
    sayPoll({ needsCaptcha: true })
    await expect(client.vote('lunch', [1])).rejects.toMatchObject({ code: 'CAPTCHA_FAILED' })
    expect(http.admissions).toBe(0)
  })
})

describe('an origin that is not allowed', () => {
  it('is told to the console once a server, and the server left alone', async () => {
    vi.stubGlobal('location', { origin: 'https://other.example' })
    const error = vi.spyOn(console, 'error').mockReturnValue()
    for (const page of [createPage(), createPage()]) {
      page.http.foreign = true
      const { now } = page.watch()
      await page.settle()
      expect(now()).toMatchObject({ status: 'error', error: { code: 'ORIGIN_NOT_ALLOWED' } })
      await expect(page.client.vote('lunch', [1])).rejects.toMatchObject({ code: 'ORIGIN_NOT_ALLOWED' })
      await vi.advanceTimersByTimeAsync(120_000)
      expect(page.sockets).toEqual([])
      expect(page.http.log.filter((line) => line.startsWith('GET')).length).toBeLessThan(3)
    }
    expect(error.mock.calls).toEqual([
      [
        `Live Poll: ${server} does not let pages of https://other.example use it. ` +
          'Add that origin to the option "origins" of createLivePoll.',
      ],
    ])
  })
})

describe('storage', () => {
  it.each(['local', 'session'] as const)('%s keeps the token from before the first vote leaves', async (storage) => {
    const items = new Map<string, string>()
    const kept = {
      getItem: (key: string) => items.get(key) ?? null,
      setItem: (key: string, value: string) => void items.set(key, value),
      removeItem: (key: string) => void items.delete(key),
    }
    vi.stubGlobal(`${storage}Storage`, kept)
    const { watch, settle, last, client, sayPoll, sentVotes } = createPage({ storage })
    watch()
    await settle()
    last().welcome()
    sayPoll()
    expect(items.size).toBe(0)
    void client.vote('lunch', [1])
    await settle()
    expect([...items]).toEqual([[device, 'lpv_1']])
    expect(sentVotes()).toEqual([])
  })

  it('none keeps nothing', async () => {
    const setItem = vi.fn()
    vi.stubGlobal('localStorage', { getItem: () => null, setItem })
    const { watch, settle, last, client } = createPage({ storage: 'none' })
    watch()
    await settle()
    last().welcome()
    void client.vote('lunch', [1])
    await settle()
    expect(last().sent.at(-1)).toEqual({ type: 'hello', token: 'lpv_1' })
    expect(setItem).not.toHaveBeenCalled()
  })
})
