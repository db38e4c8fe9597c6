import { describe, expect, it } from 'vitest'
import type { Authorize, AuthorizedPoll, Identify } from '../identity/host-user.ts'
import { createMayView } from '../identity/may-view.ts'
import { createTokens } from '../identity/tokens.ts'
import { type AccessParts, createAccess } from './access.ts'
import type { HttpRequest } from './http-message.ts'
import { createOrigins } from './origins.ts'

const own = 'https://my.app'
const named = 'https://www.example.org'
const foreign = 'https://elsewhere.example'
const adminKey = `lpa_${'k'.repeat(32)}`
const tokens = createTokens([new Uint8Array(32)], { voterToken: 60_000, session: 60_000, ticket: 60_000 })
const phone = { voter: { kind: 'device', id: 'phone' } } as const
const named17 = { voter: { kind: 'user', id: 'user-17' } } as const
const guest = { voter: { kind: 'invitation', id: 'inv' } } as const
const voterToken = tokens.voterToken(phone).text
const sessionToken = (session: string) => tokens.voterToken({ voter: { kind: 'user', id: 'ed' }, session }).text
const ticket = tokens.ticket({ kind: 'relay' }, null).text
const poll: AuthorizedPoll = { id: 'p', owner: 'tok', isPrivate: false }
const secret: AuthorizedPoll = { id: 's', owner: null, isPrivate: true }

function request(headers: Record<string, string> = {}, method = 'POST', raw?: unknown): HttpRequest {
  return {
    method,
    path: '/live-poll/voters',
    query: new URLSearchParams(),
    headers: new Headers({ host: 'my.app', ...headers }),
    raw,
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

/** The session `over` has ended, and `inv` is an invitation of the private poll. */
function accessOf(allowed: readonly string[] | '*' = [named], options: Partial<AccessParts> = {}) {
  const may = 'authorize' in options ? options.authorize : authorize
  return createAccess({
    ...{ identify, authorize, adminKey, tokens, origins: createOrigins(allowed) },
    sessions: { hasEnded: async (session) => session === 'over' },
    mayView: createMayView(may, { isValid: async (pollId, id) => pollId === secret.id && id === 'inv' }),
    findPoll: async (pollId) => [poll, secret].find(({ id }) => id === pollId),
    ...options,
  })
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
      expect(voter).toEqual(areRead ? { voter: { kind: 'user', id: 'ed' }, session: '' } : undefined)
      const organizer = access.requireOrganizer(request(headers, method), 'createPoll')
      if (areRead) await expect(organizer).resolves.toBe('ed')
      else await expect(organizer).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    }
  })

  it.each([
    ['same-origin', true],
    ['same-site', false],
    ['cross-site', false],
    ['none', false],
  ])('in a GET of a browser that says %s: %s', async (site, areRead) => {
    const headers = { ...cookie('editor'), ...ours, 'sec-fetch-site': site }
    expect(Boolean(await accessOf().findVoter(request(headers, 'GET')))).toBe(areRead)
    expect(await accessOf().findVoter(request(headers, 'POST')), 'a change says its origin').toBeUndefined()
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

describe('the request of the host', () => {
  const seenBy = async (headers: Record<string, string>, allowed: readonly string[] | '*' = '*') => {
    const seen: Parameters<Identify>[0][] = []
    const access = accessOf(allowed, { identify: (about) => void seen.push(about) })
    await access.findVoter(request(headers, 'POST', 'raw')).catch(() => {})
    return { raw: seen[0]?.raw, authorization: seen[0]?.headers.get('authorization') ?? null }
  }

  it.each<[string, Record<string, string>, boolean]>([
    ['no browser', {}, true],
    ['no browser, with a cookie', cookie('editor'), false],
    ['the own page', { ...cookie('editor'), ...ours, origin: own }, true],
    ['the own page, without our header', { ...cookie('editor'), origin: own }, false],
    ['a foreign page', { ...cookie('editor'), ...ours, origin: foreign }, false],
    ['a foreign page, which knows of no cookie', { ...ours, origin: foreign }, false],
    ['a page that does not say whose', { 'sec-fetch-site': 'cross-site' }, false],
  ])('is shown to identify as it came from %s: %s', async (_, headers, isShown) => {
    expect((await seenBy(headers)).raw).toBe(isShown ? 'raw' : undefined)
  })

  // Browsers send what they know for `Basic` and the like by themselves, as they send cookies.
  it.each<[string, Record<string, string>, boolean]>([
    ['Basic ZWQ6', {}, true],
    ['Basic ZWQ6', { ...ours, origin: own }, true],
    ['Basic ZWQ6', { ...ours, origin: foreign }, false],
    ['Negotiate YII', { ...ours, origin: foreign }, false],
    ['Bearer host-token', { ...ours, origin: foreign }, true],
    [`Bearer ${voterToken}`, {}, false],
    [`Bearer ${ticket}`, {}, false],
  ])('says "%s" to identify with %j: %s', async (authorization, headers, isShown) => {
    expect((await seenBy({ ...headers, authorization })).authorization).toBe(isShown ? authorization : null)
  })
})

describe('findVoter', () => {
  it('knows the voter of a token, the user of the host, and nobody', async () => {
    expect(await accessOf().findVoter(request(bearer(voterToken)))).toEqual(phone)
    expect(await accessOf().findVoter(request(bearer('host-token')))).toEqual({
      voter: { kind: 'user', id: 'tok' },
      session: '',
    })
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

  it.each([7, null, {}])('fails when identify returns %j as session', async (session) => {
    const access = accessOf([], { identify: () => ({ id: 'ed', session }) as unknown as { id: string } })
    await expect(access.findVoter(request())).rejects.toThrow('identify()')
  })

  it('prefers who is signed in to whatever token is shown with it', async () => {
    const signedIn = { ...cookie('editor'), ...ours, origin: own }
    for (const token of [voterToken, sessionToken('stands'), sessionToken('over'), 'lpv_W10.AAAA']) {
      const pass = await accessOf().findVoter(request({ ...signedIn, ...bearer(token) }))
      expect(pass).toEqual({ voter: { kind: 'user', id: 'ed' }, session: '' })
    }
  })

  it('names the session that the host names', async () => {
    const access = accessOf([], { identify: () => ({ id: 'ed', session: 'stands' }) })
    expect(await access.findVoter(request())).toEqual({ voter: { kind: 'user', id: 'ed' }, session: 'stands' })
  })

  it.each([['stands'], [''], ['over']])('refuses the token of session "%s" alone: signed out', async (session) => {
    await expect(accessOf().findVoter(request(bearer(sessionToken(session))))).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    })
  })

  it('knows the holder of an invitation, and a voter whom the host named', async () => {
    for (const pass of [guest, named17]) {
      expect(await accessOf().findVoter(request(bearer(tokens.voterToken(pass).text)))).toEqual(pass)
    }
  })

  it('fails with what identify threw', async () => {
    const access = accessOf([], { identify: () => Promise.reject(new Error('the session store is down')) })
    await expect(access.findVoter(request())).rejects.toThrow('the session store is down')
  })
})

describe('requireVoter', () => {
  it('takes a voter token, whatever the case of the scheme', async () => {
    expect(await accessOf().requireVoter(request(bearer(voterToken)))).toEqual(phone)
    expect(await accessOf().requireVoter(request({ authorization: `bearer  ${voterToken} ` }))).toEqual(phone)
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
    ['a token of a session that is over', `Bearer ${sessionToken('over')}`],
  ])('refuses %s', async (_, authorization) => {
    const sent = request(authorization === undefined ? cookie('editor') : { authorization })
    await expect(accessOf().requireVoter(sent)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  it('takes the token of a session that stands, or that the host does not name', async () => {
    for (const session of ['stands', '']) {
      const pass = await accessOf().requireVoter(request(bearer(sessionToken(session))))
      expect(pass).toEqual({ voter: { kind: 'user', id: 'ed' }, session })
    }
  })

  it('fails where the host cannot say whether a session stands', async () => {
    const sessions = { hasEnded: () => Promise.reject(new Error('the session store is down')) }
    const access = accessOf([], { sessions })
    await expect(access.requireVoter(request(bearer(sessionToken('stands'))))).rejects.toThrow('is down')
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
        poll,
        headers: expect.any(Headers),
      },
    ])
  })

  it('tells the host of no poll where there is none', async () => {
    const asked: unknown[] = []
    const access = accessOf([named], { authorize: ({ poll }) => asked.push(poll) > 9 })
    await access.requireOrganizer(request(), 'closePoll', 'missing').catch(() => {})
    await access.requireOrganizer(request(), 'createPoll').catch(() => {})
    expect(asked).toEqual([undefined, undefined])
  })

  it('does not look for a poll where the host does not say who may', async () => {
    const findPoll = () => expect.unreachable()
    expect(await outcomeOf(bearer('host-token'), { authorize: undefined, findPoll })).toBe('FORBIDDEN')
  })

  // Who may not see a private poll learns nothing of it: every answer is that for a poll that is missing.
  it.each<[string, Record<string, string>, string]>([
    ['nobody', {}, 'UNAUTHENTICATED'],
    ['a voter', bearer(voterToken), 'FORBIDDEN'],
    ['a reader', { ...cookie('reader'), ...ours, origin: own }, 'POLL_NOT_FOUND'],
  ])('answers %s the same for a private poll and a missing one', async (_, headers, code) => {
    for (const pollId of [secret.id, 'missing', 'no id at all']) {
      const asked = accessOf().requireOrganizer(request(headers), 'closePoll', pollId)
      await expect(asked).rejects.toMatchObject({ code })
    }
  })

  it('tells who may see a private poll, and no more, that this is not for them', async () => {
    const maySee: Authorize = ({ action }) => action === 'viewPoll'
    const access = accessOf([named], { authorize: maySee })
    const asked = access.requireOrganizer(request(bearer('host-token')), 'closePoll', secret.id)
    await expect(asked).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })

  it('waits for a host that takes its time', async () => {
    expect(await outcomeOf(bearer('host-token'), { authorize: async () => false })).toBe('FORBIDDEN')
  })
})

describe('a private poll', () => {
  const maySee = (headers: Record<string, string>, options: Partial<AccessParts> = {}) =>
    accessOf([named], options)
      .findViewer(request(headers, 'GET'))
      .then((viewerOf) => viewerOf(secret))
      .then(({ mayView, isOrganizer }) => [mayView, isOrganizer])

  const viewersOnly: Authorize = ({ action, user }) => action === 'viewPoll' && user?.id === 'user-17'

  it.each<[string, Record<string, string>, Partial<AccessParts>, boolean, boolean]>([
    ['the admin key', bearer(adminKey), {}, true, true],
    ['an organizer by the host', bearer('host-token'), {}, true, true],
    ['a reader by the host', { ...cookie('reader'), ...ours }, {}, false, false],
    ['a device', bearer(voterToken), {}, false, false],
    ['a device, where everybody may', bearer(voterToken), { authorize: () => true }, false, false],
    ['nobody, where everybody may', {}, { authorize: () => true }, false, false],
    ['the holder of its invitation', bearer(tokens.voterToken(guest).text), {}, true, false],
    ['a user with its invitation', bearer(tokens.voterToken({ ...named17, invitation: 'inv' }).text), {}, true, false],
    ['a user with another', bearer(tokens.voterToken({ ...named17, invitation: 'other' }).text), {}, false, false],
    [
      'a user whom the host lets see it',
      bearer(tokens.voterToken(named17).text),
      { authorize: viewersOnly },
      true,
      false,
    ],
  ])('is there for %s', async (_, headers, options, mayView, isOrganizer) => {
    expect(await maySee(headers, options)).toEqual([mayView, isOrganizer])
  })
})

describe('findViewer', () => {
  const everybody = { authorize: () => true }
  const outcomeOf = (headers: Record<string, string>, options = {}) =>
    accessOf([named], options)
      .findViewer(request(headers, 'GET'))
      .then((viewerOf) => viewerOf(poll))
      .then(({ isOrganizer, pass, mayView }) =>
        isOrganizer ? 'organizer' : (pass ?? (mayView ? undefined : 'nothing')),
      )
      .catch((error) => error.code)

  it.each<[string, Record<string, string>, object, unknown]>([
    ['the admin key', bearer(adminKey), {}, 'organizer'],
    ['another admin key', bearer(`${adminKey}x`), everybody, 'UNAUTHENTICATED'],
    ['a voter, where everybody may', bearer(voterToken), everybody, phone],
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
    expect(asked).toMatchObject([{ action: 'viewResults', user: { id: 'tok' }, poll }])
    expect(asked[0]?.headers.has('cookie')).toBe(false)
  })
})
