import type { Poll } from '@live-poll/client-sdk/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adminKey } from '../admin-key.ts'
import { expectError } from '../expect-error.ts'
import { type CallOptions, createHttpClient, type HttpClient } from '../http-client.ts'
import type { RunningLivePoll } from '../start-live-poll.ts'
import type { HttpHost } from './http-hosts.ts'

export const namedOrigin = 'https://www.example.org'
const foreign = 'https://elsewhere.example'
const poll = { question: 'Lunch?', choices: ['Soup', 'Salad'] }

/**
 * Who may use a server from which page, over one host. Its session is the cookie `session=editor`, who may do
 * everything.
 *
 * @param running allows `namedOrigin`, @param open allows all origins
 */
export function describeHttpOrigins(
  name: string,
  host: HttpHost,
  running: () => { readonly named: RunningLivePoll; readonly open: RunningLivePoll },
): void {
  describe(`on ${name}`, () => {
    let own: string
    let ofNamed: HttpClient
    let ofOpen: HttpClient
    const stops: (() => Promise<void>)[] = []
    beforeAll(async () => {
      const named = await host.listen(running().named.livePoll)
      const open = await host.listen(running().open.livePoll)
      own = named.origin
      ofNamed = createHttpClient(named.origin)
      ofOpen = createHttpClient(open.origin)
      stops.push(named.close, open.close)
    })
    afterAll(async () => {
      for (const stop of stops) await stop()
    })

    const crossOrigin = (origin: string) => ({
      vary: 'Origin',
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'etag, live-poll-now, retry-after, x-request-id',
    })
    const preflight = (call: HttpClient, path: string, origin: string) =>
      call<string>('OPTIONS', path, {
        headers: { origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'authorization' },
      })

    it('lets pages of a named origin in, and tells them the way', async () => {
      const answer = await preflight(ofNamed, '/polls/p/vote', namedOrigin)
      expect(answer).toMatchObject({ status: 204, body: '', headers: crossOrigin(namedOrigin) })
      expect(answer.headers['access-control-allow-methods']?.split(', ').sort()).toEqual(['DELETE', 'GET', 'PUT'])
      const allowed = 'authorization, content-type, idempotency-key, if-none-match, live-poll-client'
      expect(answer.headers['access-control-allow-headers']).toBe(allowed)

      const get = await ofNamed('GET', '/polls/p_nowhere', { headers: { origin: namedOrigin } })
      expectError(get, 'POLL_NOT_FOUND')
      expect(get.headers, 'so that the page can read the error').toMatchObject(crossOrigin(namedOrigin))
    })

    it('lets pages of its own origin in, and whoever is no page', async () => {
      expect((await ofNamed('GET', '/health/live', { headers: { origin: own } })).status).toBe(200)
      const answer = await ofNamed('GET', '/health/live')
      expect(answer.status).toBe(200)
      expect(answer.headers).toMatchObject({ vary: 'Origin' })
      expect(answer.headers['access-control-allow-origin']).toBeUndefined()
    })

    it.each([foreign, 'null', 'http://www.example.org', `${namedOrigin}:8443`, `${namedOrigin}.evil.example`])(
      'refuses pages of %s, preflight and all, and lets them read nothing but that',
      async (origin) => {
        for (const answer of [
          await ofNamed('GET', '/polls/p', { headers: { origin } }),
          await ofNamed('POST', '/voters', { headers: { origin } }),
          await ofNamed('OPTIONS', '/polls/p/vote', { headers: { origin, 'access-control-request-method': 'PUT' } }),
        ]) {
          expectError(answer, 'ORIGIN_NOT_ALLOWED')
          expect(answer.headers['access-control-allow-origin']).toBe('*')
          expect(Object.keys(answer.body)).toEqual(['error'])
          expect(answer.headers['access-control-allow-credentials']).toBeUndefined()
          expect(answer.headers.vary).toBe('Origin')
        }
      },
    )

    it('lets pages of every origin in where all are allowed', async () => {
      expect(await preflight(ofOpen, '/polls/p/vote', foreign)).toMatchObject({ status: 204 })
      const voter = await ofOpen('POST', '/voters', { headers: { origin: foreign } })
      expect(voter).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': foreign, vary: 'Origin' } })
    })

    it('names every method of a path in a preflight', async () => {
      const { headers } = await preflight(ofNamed, '/polls/p', namedOrigin)
      expect(headers['access-control-allow-methods']).toBe('GET, PATCH, DELETE')
    })

    it('answers a preflight only where there is a route', async () => {
      expectError(await ofNamed('OPTIONS', '/nothing', { headers: { origin: namedOrigin } }), 'NOT_FOUND')
    })

    describe('the cookie of the host', () => {
      const signedIn = (origin?: string, ours = true): CallOptions => ({
        headers: { cookie: 'session=editor', ...(origin && { origin }), ...(ours && { 'live-poll-client': '1' }) },
      })
      /** Who `POST /voters` takes the sender for, and whether they may create a poll. */
      async function judge(call: HttpClient, sent: CallOptions) {
        const { body: voter } = await call<{ voterId?: string }>('POST', '/voters', sent)
        const made = await call('POST', '/polls', { ...sent, body: poll })
        return [
          voter.voterId === 'ed' ? 'the editor' : 'a stranger',
          made.status === 201 ? 'created' : made.body.error.code,
        ]
      }

      it('counts with our header, from its own pages and from those of a named origin', async () => {
        expect(await judge(ofNamed, signedIn(own))).toEqual(['the editor', 'created'])
        expect(await judge(ofNamed, signedIn(namedOrigin))).toEqual(['the editor', 'created'])
      })

      it('does not count without our header, or without an origin', async () => {
        for (const sent of [signedIn(own, false), signedIn(namedOrigin, false), signedIn(undefined)]) {
          expect(await judge(ofNamed, sent)).toEqual(['a stranger', 'UNAUTHENTICATED'])
        }
      })

      it('does not count from a page that may come only because all may', async () => {
        for (const origin of [foreign, namedOrigin]) {
          expect(await judge(ofOpen, signedIn(origin))).toEqual(['a stranger', 'UNAUTHENTICATED'])
        }
        expect(await judge(ofOpen, signedIn('null')), 'of a page that is nobody’s').toEqual([
          'a stranger',
          'ORIGIN_NOT_ALLOWED',
        ])
      })

      it('shows an editor the results that others may not see, by the same rules', async () => {
        const hidden = { ...poll, showResults: 'organizers' }
        const made = await ofNamed<Poll>('POST', '/polls', { token: adminKey, body: hidden })
        const path = `/polls/${made.body.id}`
        const isShown = async (call: HttpClient, sent: CallOptions) => {
          const { status, body } = await call<Poll>('GET', path, sent)
          expect(status).toBe(200)
          expect((await call('GET', `${path}/results`, sent)).status).toBe(body.results ? 200 : 403)
          return body.results !== null
        }
        const withoutBody = ({ headers }: CallOptions) => ({ headers })
        for (const origin of [own, namedOrigin, undefined]) {
          expect(await isShown(ofNamed, withoutBody(signedIn(origin))), origin).toBe(true)
        }
        expect(await isShown(ofNamed, withoutBody(signedIn(own, false)))).toBe(false)
        expect(await isShown(ofOpen, withoutBody(signedIn(foreign)))).toBe(false)
        const stranger = { cookie: 'session=reader', 'live-poll-client': '1' }
        expect(await isShown(ofNamed, { headers: stranger })).toBe(false)
        expect(await isShown(ofNamed, { token: adminKey })).toBe(true)
        for (const token of [`lpa_${'x'.repeat(32)}`, 'lpv_W10.AAAA']) {
          expect((await ofNamed('GET', path, { token })).status, 'credentials that are none').toBe(401)
        }
      })

      it('is needed by nobody who shows a key, from wherever', async () => {
        const made = await ofOpen('POST', '/polls', { token: adminKey, body: poll, headers: { origin: foreign } })
        expect(made.status).toBe(201)
      })

      it('is never set by us', async () => {
        const voter = await ofNamed('POST', '/voters', signedIn(own))
        expect(voter.headers['set-cookie']).toBeUndefined()
      })
    })
  })
}
