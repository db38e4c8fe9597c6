import type { VoterAdmission } from '@live-poll/client-sdk/protocol'
import { fromSession } from '@live-poll/server-sdk/sessions'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHttpClient, type HttpClient } from '../http-client.ts'
import { listen } from '../listeners.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import { type SignedIn, sessionHosts } from './session-hosts.ts'

const namedOrigin = 'https://www.example.org'
const foreign = 'https://elsewhere.example'
const hostsSession = {
  identify: fromSession<SignedIn>(({ userId }) => userId && { id: userId }),
  authorize: ({ user }: { user?: { id: string } }) => user?.id === 'ed',
}

let named: RunningLivePoll
let open: RunningLivePoll
beforeAll(async () => {
  named = await startLivePoll({ origins: [namedOrigin], ...hostsSession })
  open = await startLivePoll({ directory: named.directory, origins: '*', ...hostsSession })
})
afterAll(async () => {
  await open.stop()
  await named.stop()
})

interface Host {
  readonly origin: string
  readonly polls: HttpClient
  readonly pages: HttpClient
}

describe.each(Object.entries(sessionHosts))('with %s', (_, mount) => {
  const stops: (() => Promise<void>)[] = []
  let ofNamed: Host
  let ofOpen: Host
  beforeAll(async () => {
    ;[ofNamed, ofOpen] = (await Promise.all(
      [named, open].map(async ({ livePoll }) => {
        const { origin, close } = await listen(await mount(livePoll))
        stops.push(close)
        return { origin, polls: createHttpClient(origin), pages: createHttpClient(origin, '') }
      }),
    )) as [Host, Host]
  })
  afterAll(async () => {
    for (const stop of stops) await stop()
  })

  /** @returns the cookie of the new session */
  async function signIn({ pages }: Host, user: string): Promise<string> {
    const { status, headers } = await pages('POST', `/sign-in?as=${user}`)
    expect(status).toBe(200)
    return headers['set-cookie']?.[0]?.split(';')[0] ?? ''
  }

  async function voterOf({ polls }: Host, headers: Record<string, string>) {
    const answer = await polls<VoterAdmission>('POST', '/voters', { headers })
    expect(answer.status).toBe(200)
    return answer.body.voterId
  }

  const ours = { 'live-poll-client': '1' }
  const aDevice = expect.stringMatching(/^[\w-]{16,}$/)

  it('a signed-in user is the voter, from every page that is trusted', async () => {
    const cookie = await signIn(ofNamed, 'ada')
    for (const origin of [ofNamed.origin, namedOrigin]) {
      expect(await voterOf(ofNamed, { ...ours, cookie, origin })).toBe('ada')
    }
    const other = await signIn(ofNamed, 'bob')
    expect(await voterOf(ofNamed, { ...ours, cookie: other, origin: namedOrigin })).toBe('bob')
  })

  it('a page that is not trusted does not vote as its visitor, though the host has opened the session', async () => {
    const cookie = await signIn(ofOpen, 'ada')
    expect(await voterOf(ofOpen, { ...ours, cookie, origin: ofOpen.origin })).toBe('ada')
    for (const origin of [foreign, namedOrigin]) {
      expect(await voterOf(ofOpen, { ...ours, cookie, origin }), origin).toEqual(aDevice)
    }
    expect(await voterOf(ofOpen, { cookie, origin: ofOpen.origin }), 'without our header').toEqual(aDevice)
    expect(await voterOf(ofOpen, { ...ours, cookie }), 'without an origin').toEqual(aDevice)
    for (const [host, origin] of [
      [ofNamed, foreign],
      [ofOpen, 'null'],
    ] as const) {
      const refused = await host.polls('POST', '/voters', { headers: { ...ours, cookie, origin } })
      expect(refused.body.error.code).toBe('ORIGIN_NOT_ALLOWED')
    }
  })

  it('without a session, with a forged one or after signing out, the voter is a device', async () => {
    const { origin, pages } = ofNamed
    const cookie = await signIn(ofNamed, 'ada')
    expect(await voterOf(ofNamed, { ...ours, origin })).toEqual(aDevice)
    expect(await voterOf(ofNamed, { ...ours, origin, cookie: `${cookie.slice(0, -4)}AAAA` })).toEqual(aDevice)
    expect((await pages('POST', '/sign-out', { headers: { cookie } })).status).toBe(200)
    expect(await voterOf(ofNamed, { ...ours, origin, cookie })).toEqual(aDevice)
  })

  it('an editor may run polls, by the same rules', async () => {
    const body = { question: 'Lunch?', choices: ['Soup', 'Salad'] }
    const create = async (host: Host, user: string, origin: string) => {
      const headers = { ...ours, origin, cookie: await signIn(host, user) }
      return (await host.polls('POST', '/polls', { body, headers })).status
    }
    expect(await create(ofNamed, 'ed', ofNamed.origin)).toBe(201)
    expect(await create(ofNamed, 'ada', ofNamed.origin)).toBe(403)
    expect(await create(ofOpen, 'ed', foreign)).toBe(401)
  })
})

it('nobody is signed in where the host has no session', async () => {
  const identify = fromSession(() => ({ id: 'ada' }))
  const headers = new Headers()
  for (const raw of [undefined, null, {}, { session: undefined }, { session: null }]) {
    expect(await identify({ headers, raw })).toBeUndefined()
  }
  expect(await identify({ headers, raw: { session: {} } })).toEqual({ id: 'ada' })
})
