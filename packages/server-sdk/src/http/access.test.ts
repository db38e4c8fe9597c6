import { describe, expect, it } from 'vitest'
import type { Authorize } from '../identity/host-user.ts'
import {
  accessOf,
  adminKey,
  bearer,
  cookie,
  foreign,
  guest,
  named,
  named17,
  ours,
  own,
  phone,
  poll,
  request,
  secret,
  sessionToken,
  ticket,
  tokens,
  voterToken,
} from './access.fixture.ts'
import type { AccessParts } from './access.ts'

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
