import { createPollClient, type PollInput, type Results, type WatchedPoll } from '@live-poll/client-sdk'
import { createFakeServer, type FakeServer } from '@live-poll/client-sdk/testing'
import { toNodeHandler } from '@live-poll/server-sdk/node'
import { createTestLivePoll } from '@live-poll/server-sdk/testing'
import { attachChannel } from '@live-poll/server-sdk/ws'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { adminKey } from '../admin-key.ts'
import { listen } from '../listeners.ts'

type ClientOptions = NonNullable<Parameters<typeof createPollClient>[0]>

/** A server as a front end meets it. */
interface Server {
  readonly clientOptions: ClientOptions
  createPoll(input: PollInput): Promise<{ readonly id: string }>
  castAs(voter: string, choices: readonly number[], place: { readonly pollId: string }): Promise<unknown>
  closePoll(pollId: string): Promise<unknown>
  getResults(pollId: string): Promise<Results>
  stop(): Promise<void>
}

const servers: Readonly<Record<string, () => Promise<Server>>> = {
  async 'the fake server'() {
    const fake = createFakeServer()
    return {
      clientOptions: fake.clientOptions,
      createPoll: async (input) => fake.createPoll(input),
      castAs: async (...vote) => fake.castAs(...vote),
      closePoll: async (pollId) => fake.closePoll(pollId),
      getResults: async (pollId) => fake.getPoll(pollId).results,
      stop: async () => {},
    }
  },
  async 'a real one'() {
    const livePoll = await createTestLivePoll({ adminKey })
    const http = await listen(toNodeHandler(livePoll))
    attachChannel(http.server, livePoll)
    return {
      clientOptions: { server: `${http.origin}/live-poll`, WebSocket, storage: null },
      createPoll: livePoll.api.createPoll,
      castAs: livePoll.castAs,
      closePoll: livePoll.api.closePoll,
      getResults: livePoll.api.getResults,
      async stop() {
        await livePoll.close()
        await http.close()
      },
    }
  },
}

const lunch = { question: 'Lunch?', choices: ['Soup', 'Salad'] }

describe.each(Object.entries(servers))('What a front end is told by %s', (_, start) => {
  let server: Server
  beforeAll(async () => {
    server = await start()
  })
  afterAll(() => server?.stop())

  async function open(input: Partial<PollInput> = {}) {
    const { id } = await server.createPoll({ ...lunch, ...input })
    const client = createPollClient(server.clientOptions)
    let last: WatchedPoll | undefined
    client.watch(id, (state) => {
      last = state
    })
    const shows = (state: object) => vi.waitFor(() => expect(last).toMatchObject(state), { timeout: 5000 })
    await shows({ poll: { id } })
    return { id, client, shows }
  }

  it('a vote, its change and the votes of others', async () => {
    const { id, client, shows } = await open()
    await shows({ poll: { question: 'Lunch?', state: 'open' }, results: { votes: [0, 0], voters: 0 } })
    expect(await client.vote(id, [1])).toMatchObject({ revision: 1, epoch: 1 })
    await server.castAs('user-1', [2], { pollId: id })
    await shows({ results: { votes: [1, 1], voters: 2 }, vote: { choices: [1], revision: 1 } })
    expect(await client.vote(id, [2])).toMatchObject({ revision: 2 })
    await shows({ results: { votes: [0, 2] } })
    expect(await client.vote(id, null)).toMatchObject({ revision: 3 })
    await shows({ results: { votes: [0, 1], voters: 1 }, vote: { choices: null } })
    client.close()
  })

  it('the end of a poll', async () => {
    const { id, client, shows } = await open()
    await server.closePoll(id)
    await shows({ poll: { state: 'closed' }, results: { state: 'closed' } })
    await expect(client.vote(id, [1])).rejects.toMatchObject({ code: 'POLL_CLOSED' })
    client.close()
  })

  it('results once one has voted', async () => {
    const { id, client, shows } = await open({ showResults: 'after-vote' })
    await server.castAs('user-1', [2], { pollId: id })
    await shows({ results: null })
    await client.vote(id, [1])
    await shows({ results: { votes: [1, 1], voters: 2 } })
    client.close()
  })

  it.each([
    ['INVALID', {}, [3]],
    ['INVALID', {}, [1, 2]],
    ['POLL_NOT_OPEN', { opensAt: '2099-01-01T00:00:00.000Z' }, [1]],
  ])('why a vote is refused: %s', async (code, input, choices) => {
    const { id, client } = await open(input)
    await expect(client.vote(id, choices)).rejects.toMatchObject({ code })
    expect(await server.getResults(id)).toMatchObject({ voters: 0, version: 0 })
    client.close()
  })

  it('one vote for good, where it cannot change', async () => {
    const { id, client } = await open({ canChange: false })
    await client.vote(id, [1])
    await expect(client.vote(id, [2])).rejects.toMatchObject({ code: 'ALREADY_VOTED' })
    client.close()
  })

  it('repeats and conflicts over HTTP', async () => {
    const { id } = await server.createPoll(lunch)
    const { token } = await createPollClient(server.clientOptions).api.admitVoter()
    const { api } = createPollClient({ ...server.clientOptions, token })
    expect(await api.getVote(id)).toBeNull()
    expect(await api.castVote(id, { voteId: 'a', choices: [1] })).toEqual({ voteId: 'a', revision: 1, epoch: 1 })
    expect(await api.castVote(id, { voteId: 'a', choices: [1] })).toMatchObject({ revision: 1, duplicate: true })
    const told = (vote: Promise<unknown>) => vote.catch(({ code, details: { requestId: _, ...rest } }) => [code, rest])
    expect(await told(api.castVote(id, { voteId: 'a', choices: [2] }))).toEqual(['VOTE_ID_REUSED', { revision: 1 }])
    const vote = { voteId: 'a', choices: [1], revision: 1 }
    expect(await told(api.castVote(id, { voteId: 'b', choices: [2], revision: 0 }))).toEqual([
      'REVISION_CONFLICT',
      { revision: 1, vote },
    ])
    expect(await api.getVote(id)).toEqual(vote)
    await expect(api.getPoll('missing')).rejects.toMatchObject({ code: 'POLL_NOT_FOUND' })
    await expect(api.createPoll(lunch)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })
})

describe('Faults of the fake server', () => {
  async function voteAt(fake: FakeServer) {
    const { id } = fake.createPoll(lunch)
    return { id, client: createPollClient(fake.clientOptions) }
  }

  it('refuses a vote with a code, and takes the next', async () => {
    const fake = createFakeServer()
    const { id, client } = await voteAt(fake)
    fake.refuseVote('VOTE_REFUSED')
    await expect(client.vote(id, [1])).rejects.toMatchObject({ code: 'VOTE_REFUSED' })
    await client.vote(id, [2])
    expect(fake.votes).toEqual([{ pollId: id, voter: 'device-1', choices: [2] }])
    client.close()
  })

  it('shows results that were pushed, also after a cut', async () => {
    const fake = createFakeServer()
    const { id, client } = await voteAt(fake)
    const seen: (Results | null)[] = []
    client.watch(id, ({ results }) => void seen.push(results))
    await vi.waitFor(() => expect(seen.at(-1)).toMatchObject({ voters: 0 }))
    fake.cut()
    fake.pushResults(id, [30, 12], 40)
    await vi.waitFor(() => expect(seen.at(-1)).toMatchObject({ votes: [30, 12], voters: 40 }), { timeout: 5000 })
    client.close()
  })

  it('has the routes of a poll whatever its id is', async () => {
    const fake = createFakeServer()
    const { id } = fake.createPoll({ ...lunch, id: 'poll' })
    const client = createPollClient(fake.clientOptions)
    await client.vote(id, [1])
    expect((await fetchFrom(fake, `/polls/${id}`)).status).toBe(200)
    client.close()
  })

  it('leaves what is asked of others to the page’s own fetch, called as browsers want it', async () => {
    const own = vi.fn(async function (this: unknown) {
      if (this !== globalThis) throw new TypeError('Illegal invocation')
      return new Response('from elsewhere')
    })
    vi.stubGlobal('fetch', own)
    const uninstall = createFakeServer().install()
    expect(await (await fetch('https://elsewhere.example/')).text()).toBe('from elsewhere')
    uninstall()
    expect(globalThis.fetch).toBe(own)
    vi.unstubAllGlobals()
  })
})

async function fetchFrom(fake: FakeServer, path: string): Promise<Response> {
  const { server, fetch: ask } = fake.clientOptions
  return ask(`${server}${path}`)
}
