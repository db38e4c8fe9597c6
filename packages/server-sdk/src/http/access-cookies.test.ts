import { describe, expect, it } from 'vitest'
import type { Identify } from '../identity/host-user.ts'
import { accessOf, cookie, foreign, named, ours, own, request, ticket, voterToken } from './access.fixture.ts'

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
