import { describe, expect, it } from 'vitest'
import type { Authorize, Identify } from '../identity/host-user.ts'
import { createTokens } from '../identity/tokens.ts'
import { createAccess } from './access.ts'
import type { HttpRequest } from './http-message.ts'
import { createOrigins } from './origins.ts'

const own = 'https://my.app'
const named = 'https://www.example.org'
const foreign = 'https://elsewhere.example'
const adminKey = `lpa_${'k'.repeat(32)}`
const tokens = createTokens(new Uint8Array(32), { voterToken: 60_000, ticket: 60_000 })
const voterToken = tokens.voterToken({ kind: 'device', id: 'phone' }).text
const ticket = tokens.ticket({ kind: 'relay' }).text

function request(headers: Record<string, string> = {}, method = 'POST'): HttpRequest {
  return {
    method,
    path: '/live-poll/voters',
    query: new URLSearchParams(),
    headers: new Headers({ host: 'my.app', ...headers }),
    readBody: () => Promise.reject(new Error('not needed')),
  }
}

const bearer = (credential: string) => ({ authorization: `Bearer ${credential}` })

/** A host that keeps its session in a cookie, or takes a token of its own. */
const identify: Identify = ({ headers }) => {
  if (headers.get('cookie') === 'session=editor') return { id: 'ed', role: 'editor' }
  if (headers.get('cookie') === 'session=reader') return { id: 'rea', role: 'reader' }
  return headers.get('authorization') === 'Bearer host-token' && { id: 'tok', role: 'editor' }
}
const authorize: Authorize = ({ user }) => user?.role === 'editor'

function accessOf(allowed: readonly string[] | '*' = [named], options: Parameters<typeof createAccess>[0] = {}) {
  return createAccess({ identify, authorize, adminKey, ...options }, tokens, createOrigins(allowed))
}

const cookie = (session: string) => ({ cookie: `session=${session}` })
const ours = { 'live-poll-client': '1' }

describe('the cookies of the host', () => {
  // What they are, where they come from, whether our header came too, and whether they count.
  it.each([
    ['POST', own, true, true],
    ['POST', named, true, true],
    ['POST', foreign, true, false],
    ['POST', 'null', true, false],
    ['POST', undefined, true, false],
    ['POST', own, false, false],
    ['POST', named, false, false],
    ['DELETE', undefined, true, false],
    ['GET', undefined, true, true],
    ['HEAD', undefined, true, true],
    ['GET', own, true, true],
    ['GET', foreign, true, false],
    ['GET', undefined, false, false],
  ])('in a %s from %s, with our header: %s, are read: %s', async (method, origin, hasHeader, areRead) => {
    const headers = { ...cookie('editor'), ...(origin && { origin }), ...(hasHeader && ours) }
    for (const allowed of [[named], '*'] as const) {
      if (allowed === '*' && origin === named) continue
      const access = accessOf(allowed)
      const voter = await access.findVoter(request(headers, method))
      expect(voter).toEqual(areRead ? { kind: 'user', id: 'ed' } : undefined)
      const organizer = access.requireOrganizer(request(headers, method), 'createPoll')
      if (areRead) await expect(organizer).resolves.toBe('ed')
      else await expect(organizer).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    }
  })

  it('do not count for an origin that is allowed only because all are', async () => {
    const access = accessOf('*')
    const headers = { ...cookie('editor'), ...ours, origin: named }
    expect(await access.findVoter(request(headers))).toBeUndefined()
    await expect(access.requireOrganizer(request(headers), 'createPoll')).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    })
  })

  it('are taken from what identify and authorize see, and nothing else is', async () => {
    const seen: (string | null)[][] = []
    const note = (headers: Headers) => void seen.push([headers.get('cookie'), headers.get('x-other')])
    const access = accessOf([], {
      identify: ({ headers }) => void note(headers),
      authorize: ({ headers }) => {
        note(headers)
        return true
      },
    })
    const sent = request({ ...cookie('editor'), 'x-other': 'stays', origin: foreign })
    await access.requireOrganizer(sent, 'createPoll')
    expect(seen).toEqual([
      [null, 'stays'],
      [null, 'stays'],
    ])
    expect(sent.headers.get('cookie'), 'and the request is left as it was').toBe('session=editor')
  })
})

describe('findVoter', () => {
  it('knows the voter of a token, the user of the host, and nobody', async () => {
    expect(await accessOf().findVoter(request(bearer(voterToken)))).toEqual({ kind: 'device', id: 'phone' })
    expect(await accessOf().findVoter(request(bearer('host-token')))).toEqual({ kind: 'user', id: 'tok' })
    expect(await accessOf().findVoter(request())).toBeUndefined()
    expect(await accessOf([], { identify: undefined }).findVoter(request())).toBeUndefined()
  })

  it('refuses a voter token that is not valid, rather than to make a new voter', async () => {
    await expect(accessOf().findVoter(request(bearer(`${voterToken}x`)))).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    })
  })

  it.each([{ id: '' }, { id: 'a\nb' }, { id: 7 }, {}])('fails when identify returns %j', async (user) => {
    const access = accessOf([], { identify: () => user as { id: string } })
    await expect(access.findVoter(request())).rejects.toThrow('identify()')
  })

  it('fails with what identify threw', async () => {
    const access = accessOf([], { identify: () => Promise.reject(new Error('the session store is down')) })
    await expect(access.findVoter(request())).rejects.toThrow('the session store is down')
  })
})

describe('requireVoter', () => {
  it('takes a voter token, whatever the case of the scheme', () => {
    const voter = { kind: 'device', id: 'phone' }
    expect(accessOf().requireVoter(request(bearer(voterToken)))).toEqual(voter)
    expect(accessOf().requireVoter(request({ authorization: `bearer  ${voterToken} ` }))).toEqual(voter)
  })

  it.each([
    ['nothing', undefined],
    ['an admin key', `Bearer ${adminKey}`],
    ['a ticket', `Bearer ${ticket}`],
    ['a credential of the host', 'Bearer host-token'],
    ['a forged token', `Bearer ${voterToken.slice(0, -2)}`],
    ['another scheme', `Basic ${voterToken}`],
    ['two tokens', `Bearer ${voterToken} ${voterToken}`],
    ['an empty bearer', 'Bearer '],
  ])('refuses %s', (_, authorization) => {
    const sent = request(authorization === undefined ? cookie('editor') : { authorization })
    expect(() => accessOf().requireVoter(sent)).toThrow(expect.objectContaining({ code: 'UNAUTHENTICATED' }))
  })
})

describe('requireOrganizer', () => {
  const outcomeOf = (headers: Record<string, string>, options = {}) =>
    accessOf([named], options)
      .requireOrganizer(request(headers), 'closePoll', 'p')
      .catch((error) => error.code)

  it.each<[string, Record<string, string>, object, string | null]>([
    ['the admin key', bearer(adminKey), {}, null],
    ['another admin key', bearer(`${adminKey}x`), {}, 'UNAUTHENTICATED'],
    ['an admin key where none is set', bearer(adminKey), { adminKey: undefined }, 'UNAUTHENTICATED'],
    ['a voter', bearer(voterToken), {}, 'FORBIDDEN'],
    ['a voter, where everybody may', bearer(voterToken), { authorize: () => true }, 'FORBIDDEN'],
    ['an editor by the host', bearer('host-token'), {}, 'tok'],
    ['a reader by the host', { ...cookie('reader'), ...ours, origin: own }, {}, 'FORBIDDEN'],
    ['nobody', {}, {}, 'UNAUTHENTICATED'],
    ['nobody, where everybody may', {}, { authorize: () => true }, null],
    ['an editor, where the host does not say who may', bearer('host-token'), { authorize: undefined }, 'FORBIDDEN'],
    [
      'an editor, where the host does not say who it is',
      bearer('host-token'),
      { identify: undefined },
      'UNAUTHENTICATED',
    ],
  ])('answers %s', async (_, headers, options, outcome) => {
    expect(await outcomeOf(headers, options)).toBe(outcome)
  })

  it('asks the host about the action, the user and the poll', async () => {
    const asked: unknown[] = []
    await outcomeOf(bearer('host-token'), { authorize: (about: object) => void asked.push(about) })
    expect(asked).toEqual([
      {
        action: 'closePoll',
        user: { id: 'tok', role: 'editor' },
        pollId: 'p',
        headers: expect.any(Headers),
      },
    ])
  })

  it('waits for a host that takes its time', async () => {
    expect(await outcomeOf(bearer('host-token'), { authorize: async () => false })).toBe('FORBIDDEN')
  })
})

describe('findViewer', () => {
  const everybody = { authorize: () => true }
  const outcomeOf = (headers: Record<string, string>, options = {}) =>
    accessOf([named], options)
      .findViewer(request(headers, 'GET'), 'p')
      .catch((error) => error.code)

  it.each<[string, Record<string, string>, object, unknown]>([
    ['the admin key', bearer(adminKey), {}, 'organizer'],
    ['another admin key', bearer(`${adminKey}x`), everybody, 'UNAUTHENTICATED'],
    ['a voter, where everybody may', bearer(voterToken), everybody, { kind: 'device', id: 'phone' }],
    ['a voter token that is none', bearer('lpv_W10.AAAA'), everybody, 'UNAUTHENTICATED'],
    ['an editor by the host', bearer('host-token'), {}, 'organizer'],
    ['an editor by cookie', { ...cookie('editor'), ...ours }, {}, 'organizer'],
    ['an editor by cookie from elsewhere', { ...cookie('editor'), ...ours, origin: foreign }, everybody, undefined],
    ['a reader by the host', { ...cookie('reader'), ...ours }, {}, undefined],
    ['nobody, where everybody may', {}, everybody, undefined],
    ['an editor, where the host does not say who may', bearer('host-token'), { authorize: undefined }, undefined],
  ])('answers %s', async (_, headers, options, outcome) => {
    expect(await outcomeOf(headers, options)).toEqual(outcome)
  })

  it('asks the host about the action, the user and the poll, and shows it no cookies of foreign pages', async () => {
    const asked: Parameters<Authorize>[0][] = []
    const note: Authorize = (about) => {
      asked.push(about)
      return false
    }
    await outcomeOf({ ...bearer('host-token'), ...cookie('editor'), ...ours, origin: foreign }, { authorize: note })
    await outcomeOf({}, { authorize: note })
    expect(asked).toMatchObject([{ action: 'viewResults', user: { id: 'tok' }, pollId: 'p' }])
    expect(asked[0]?.headers.has('cookie')).toBe(false)
  })
})
