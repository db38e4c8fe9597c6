import { inspect } from 'node:util'
import type { ErrorBody } from '@live-poll/client-sdk/protocol'
import { accounts } from '@live-poll/server-sdk/accounts'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createHttpClient } from '../http-client.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import { openPage, type Page } from './browser-like.ts'
import { password } from './open-test-accounts.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 }) // passwords are hashed for real, and slowly

let running: RunningLivePoll
let page: Page
const ann = { email: 'ann@example.org', password, name: 'Ann' }
const friend = 'https://friend.example'
beforeAll(async () => {
  running = await startLivePoll({
    origins: [friend],
    trustedProxies: 1,
    accounts: accounts({ attemptsPerMinute: 300 }),
  })
  page = openPage(running.origin)
  await page.call('POST', '/accounts/sign-up', ann)
})
afterAll(() => running.stop())

const longText = 'x'.repeat(201)
const bodies: readonly (readonly [path: string, body: unknown, code: string, issue?: string])[] = [
  ['sign-up', undefined, 'UNSUPPORTED_TYPE'],
  ['sign-up', '{"email":', 'BAD_JSON'],
  ['sign-up', '[]', 'INVALID', ''],
  ['sign-up', 'null', 'INVALID', ''],
  ['sign-up', { ...ann, email: 'bob@example.org', role: 'organizer' }, 'INVALID', 'role'],
  ['sign-up', { ...ann, email: 'bob@example.org', callbackURL: 'https://evil.example' }, 'INVALID', 'callbackURL'],
  ['sign-up', { ...ann, email: 'no address' }, 'INVALID', 'email'],
  ['sign-up', { ...ann, email: 'bob@localhost' }, 'INVALID', 'email'],
  ['sign-up', { ...ann, email: `${longText}@example.org` }, 'INVALID', 'email'],
  ['sign-up', { ...ann, email: 'b\u0000b@example.org' }, 'INVALID', 'email'],
  ['sign-up', { ...ann, email: ['bob@example.org'] }, 'INVALID', 'email'],
  ['sign-up', { ...ann, email: ' ANN@example.org ' }, 'INVALID', 'email'],
  ['sign-up', { ...ann, email: 'bob@example.org', password: 'too short' }, 'INVALID', 'password'],
  ['sign-up', { ...ann, email: 'bob@example.org', password: longText }, 'INVALID', 'password'],
  ['sign-up', { ...ann, email: 'bob@example.org', password: '\ud800'.repeat(10) }, 'INVALID', 'password'],
  ['sign-up', { ...ann, email: 'bob@example.org', password: { $ne: null } }, 'INVALID', 'password'],
  ['sign-up', { ...ann, email: 'bob@example.org', name: '' }, 'INVALID', 'name'],
  ['sign-up', { ...ann, email: 'bob@example.org', name: 'B\u0007b' }, 'INVALID', 'name'],
  ['sign-up', { ...ann, email: 'bob@example.org', name: longText }, 'INVALID', 'name'],
  ['sign-up', { ...ann, name: longText.repeat(400) }, 'TOO_LARGE'],
  ['sign-in', { email: ann.email }, 'INVALID', 'password'],
  ['sign-in', { email: ann.email, password: 'wrong' }, 'UNAUTHENTICATED'],
  ['sign-in', { email: "' or 1=1 --@example.org", password }, 'INVALID', 'email'],
  ['sign-in', { email: "a'or'1@example.org", password }, 'UNAUTHENTICATED'],
  ['sign-in', { email: '_nn@example.org', password }, 'UNAUTHENTICATED'],
  ['sign-in', { email: '%@example.org', password }, 'INVALID', 'email'],
  ['sign-in', { ...ann }, 'INVALID', 'name'],
  ['password', { current: password }, 'INVALID', 'next'],
  ['password', { current: password, next: 'short' }, 'INVALID', 'next'],
  ['password', { current: 'wrong', next: 'a good password' }, 'INVALID', 'current'],
]

describe('accounts over HTTP', () => {
  test.each(bodies)('answer %s %j with %s', async (path, body, code, issue) => {
    const answer = await page.call<ErrorBody>('POST', `/accounts/${path}`, body)
    expect(answer.body).toMatchObject({ error: { code, message: expect.any(String), requestId: expect.any(String) } })
    if (issue !== undefined) expect(answer.body.error.issues?.[0]?.path).toBe(issue)
    expect(answer.headers['set-cookie']).toBeUndefined()
  })

  test('answer to the five routes, and to none of those beneath', async () => {
    const paths = [
      'sign-up/email',
      'sign-in/email',
      'change-password',
      'get-session',
      'list-sessions',
      'delete-user',
      'ok',
    ]
    for (const path of [...paths, 'update-user', 'sign-in/social', '']) {
      expect((await page.call('POST', `/accounts/${path}`, {})).status, path).toBe(404)
    }
    expect((await page.call('GET', '/accounts/sign-in')).status).toBe(405)
    expect((await page.call('POST', '/accounts/session', {})).status).toBe(405)
  })

  const foreign: readonly (readonly [name: string, headers: Record<string, string>, code: string])[] = [
    ['without our header', { 'live-poll-client': '' }, 'FORBIDDEN'],
    ['of a foreign origin', { origin: 'https://evil.example' }, 'ORIGIN_NOT_ALLOWED'],
    ['of no origin', { origin: 'null' }, 'ORIGIN_NOT_ALLOWED'],
    ['of a name that begins like ours', { origin: `${friend}.evil.example` }, 'ORIGIN_NOT_ALLOWED'],
  ]
  test.each(foreign)('take nothing from a page %s', async (_, headers, code) => {
    const { email } = ann
    for (const [path, body] of [
      ['sign-up', { ...ann, email: 'eve@example.org' }],
      ['sign-in', { email, password }],
      ['password', { current: password, next: 'a good password' }],
      ['sign-out', undefined],
    ] as const) {
      const answer = await page.call<ErrorBody>('POST', `/accounts/${path}`, body, { headers })
      expect(answer.body.error.code, path).toBe(code)
      expect(answer.headers['set-cookie']).toBeUndefined()
    }
    expect((await page.call<{ account: { email: string } }>('GET', '/accounts/session')).body.account.email).toBe(email)
  })

  test('tell nobody who is signed in but a page of this site', async () => {
    const http = createHttpClient(running.origin)
    const cookie = page.cookie ?? ''
    const ask = async (headers: Record<string, string>) =>
      (await http<{ account?: unknown; error?: { code: string } }>('GET', '/accounts/session', { headers })).body
    expect(await ask({ cookie })).toEqual({ account: null })
    expect(await ask({ cookie, 'live-poll-client': '1', 'sec-fetch-site': 'same-site' })).toEqual({ account: null })
    expect((await ask({ cookie, 'live-poll-client': '1', origin: 'https://evil.example' })).error?.code).toBe(
      'ORIGIN_NOT_ALLOWED',
    )
    expect(await ask({ cookie, 'live-poll-client': '1' })).toMatchObject({ account: { email: ann.email } })
    expect(await ask({ cookie: `${cookie}x`, 'live-poll-client': '1' })).toEqual({ account: null })
    expect(await ask({ cookie: cookie.replace(/=.*/, '=a.b'), 'live-poll-client': '1' })).toEqual({ account: null })
  })

  test('serve a page of an allowed origin, on https with a cookie for https', async () => {
    const guest = openPage(running.origin, friend)
    const answer = await guest.call('POST', '/accounts/sign-in', { email: ann.email, password })
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': friend,
      'access-control-allow-credentials': 'true',
      'set-cookie': [expect.stringMatching(/^__Secure-live-poll\..*; Secure;/)],
    })
  })

  test('count attempts by the address that the proxy has seen, whatever stands before it', async () => {
    const from = (address: string) => ({ headers: { 'x-forwarded-for': `${Math.random()}, 8.8.8.8, ${address}` } })
    const body = { email: 'nobody@example.org', password }
    for (let i = 0; i < 10; i++) {
      const answer = await page.call<ErrorBody>('POST', '/accounts/sign-in', body, from('203.0.113.7'))
      expect(answer.body.error.code).toBe('UNAUTHENTICATED')
    }
    const limited = await page.call<ErrorBody>('POST', '/accounts/sign-in', body, from('203.0.113.7'))
    expect(limited).toMatchObject({ status: 429, body: { error: { code: 'RATE_LIMITED' } } })
    expect(Number(limited.headers['retry-after']) * 1000).toBeGreaterThanOrEqual(limited.body.error.retryAfter ?? 1e9)
    const other = await page.call<ErrorBody>('POST', '/accounts/sign-in', body, from('203.0.113.8'))
    expect(other.body.error.code).toBe('UNAUTHENTICATED')
  })

  test('have told the log nothing of all this', () => {
    const log = inspect(running.logger, { depth: 10 })
    expect(log).not.toMatch(/example\.org|127\.0\.0\.1|203\.0\.113|session_token/)
  })
})
