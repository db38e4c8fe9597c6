import { describe, expect, it } from 'vitest'
import type { Account } from '../protocol/accounts.ts'
import { PollError } from '../protocol/poll-error.ts'
import { type AccountApi, createAccountApi } from './account-api.ts'

const server = 'https://my.app/live-poll'
const account: Account = { id: 'a', email: 'ann@example.org', name: 'Ann', role: 'voter' }

function create(answer: () => Response) {
  const requests: { readonly line: string; readonly init: RequestInit }[] = []
  const fetch: typeof globalThis.fetch = async (url, init = {}) => {
    requests.push({ line: `${init.method} ${`${url}`.slice(server.length)}`, init })
    return answer()
  }
  return { api: createAccountApi({ server, fetch }), requests }
}

describe('each call', () => {
  const input = { email: account.email, password: 'correct horse' }
  const change = { current: 'correct horse', next: 'battery staple' }

  it.each<[line: string, answer: unknown, (api: AccountApi) => Promise<unknown>, result: unknown, body?: object]>([
    [
      'POST /accounts/sign-up',
      { account },
      (api) => api.signUp({ ...input, name: 'Ann' }),
      account,
      { ...input, name: 'Ann' },
    ],
    ['POST /accounts/sign-in', { account }, (api) => api.signIn(input), account, input],
    ['GET /accounts/session', { account }, (api) => api.session(), account],
    ['GET /accounts/session', { account: null }, (api) => api.session(), null],
    ['POST /accounts/password', { account }, (api) => api.changePassword(change), account, change],
    ['POST /accounts/sign-out', undefined, (api) => api.signOut(), undefined],
  ])('%s', async (line, answer, call, result, body) => {
    const { api, requests } = create(() => (answer ? Response.json(answer) : new Response(null, { status: 204 })))
    expect(await call(api)).toEqual(result)
    expect(requests).toHaveLength(1)
    const [{ line: sent, init } = { line: '', init: {} }] = requests
    expect(sent).toBe(line)
    expect(init.credentials).toBe('include')
    expect(init.headers).toMatchObject({ 'live-poll-client': '1' })
    expect(typeof init.body === 'string' ? JSON.parse(init.body) : undefined).toEqual(body)
  })
})

it('rejects with the server’s error', async () => {
  const error = { code: 'INVALID', message: 'No.', requestId: 'r', issues: [{ path: 'email', message: 'No.' }] }
  const { api } = create(() => Response.json({ error }, { status: 400 }))
  const rejection = await api.signIn({ email: '', password: '' }).catch((reason: unknown) => reason)
  expect(rejection).toBeInstanceOf(PollError)
  expect(rejection).toMatchObject({ code: 'INVALID', details: { issues: error.issues } })
})
