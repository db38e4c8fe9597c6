import { type JwtOptions, jwt } from '@live-poll/server-sdk/jwt'
import { describe, expect, it } from 'vitest'
import { identifyBearer, signWith } from './jwt-issuer.ts'

const secret = 's'.repeat(32)
const ada = { id: 'ada', session: 's-1' }
const now = () => Math.floor(Date.now() / 1000)

describe('options of jwt', () => {
  it('the clocks may be held to', async () => {
    const identify = jwt({ secret, clockTolerance: 0 })
    expect(await identifyBearer(identify, await signWith(secret)({ exp: now() - 1 }))).toBeUndefined()
  })

  it('without an issuer and an audience to hold to, any will do', async () => {
    const identify = jwt({ secret })
    expect(await identifyBearer(identify, await signWith(secret)({ iss: 'x', aud: undefined }))).toEqual(ada)
  })

  it('fewer algorithms may be allowed', async () => {
    const identify = jwt({ secret, algorithms: ['HS512'] })
    expect(await identifyBearer(identify, await signWith(secret)())).toBeUndefined()
    expect(await identifyBearer(identify, await signWith(secret, 'HS512')())).toEqual(ada)
  })

  it('the host says who its claims are, and its own errors stay errors', async () => {
    const identify = jwt({ secret, toUser: ({ sub, role }) => role !== 'guest' && { id: `my:${sub}`, role } })
    expect(await identifyBearer(identify, await signWith(secret)({ role: 'editor' }))).toEqual({
      id: 'my:ada',
      role: 'editor',
    })
    expect(await identifyBearer(identify, await signWith(secret)({ role: 'guest' }))).toBe(false)
    const failing = jwt({ secret, toUser: () => Promise.reject(new Error('No database.')) })
    await expect(identifyBearer(failing, await signWith(secret)())).rejects.toThrow('No database.')
  })

  it('a cookie carries the token where the header does not', async () => {
    const identify = jwt({ secret, cookie: 'session' })
    const token = await signWith(secret)()
    const ask = (cookie: string, authorization?: string) =>
      identify({ headers: new Headers({ cookie, ...(authorization && { authorization }) }) })
    for (const cookie of [`session=${token}`, `a=b; session=${token}; c=d`, `xsession=1;session=${token}`]) {
      expect(await ask(cookie)).toEqual(ada)
    }
    for (const cookie of [`xsession=${token}`, `session=`, 'session', `a=session=${token}`]) {
      expect(await ask(cookie)).toBeUndefined()
    }
    expect(await ask(`session=${token}`, 'Bearer lpv_W10.AAAA'), 'that is Live Poll’s own').toEqual(ada)
    expect(await ask(`session=${token}`, 'Bearer a.b.c'), 'the header decides').toBeUndefined()
    expect(await jwt({ secret })({ headers: new Headers({ cookie: `session=${token}` }) })).toBeUndefined()
  })

  it.each<[string, unknown]>([
    ['jwt: send one of secret, jwksUrl and jwks', {}],
    ['jwt: send one of', { secret: undefined }],
    ['jwt: send one of', { secret, jwksUrl: 'https://id.example/jwks.json' }],
    ['at least 32 bytes', { secret: 's'.repeat(31) }],
    ['at least 32 bytes', { secret: new Uint8Array(31) }],
    ['at least 32 bytes', { secret: '' }],
    ['at least 32 bytes', { secret: 7 }],
    ['public key', { secret: `-----BEGIN PUBLIC KEY-----\n${'A'.repeat(64)}` }],
    ['public key', { secret: '{"kty":"RSA","n":"AAAAAAAAAAAAAAAAAAAAAA"}' }],
    ['jwt: algorithms', { secret, algorithms: ['RS256'] }],
    ['jwt: algorithms', { secret, algorithms: ['none'] }],
    ['jwt: algorithms', { secret, algorithms: [] }],
    ['jwt: algorithms', { jwksUrl: 'https://id.example/jwks.json', algorithms: ['ES256', 'HS256'] }],
    ['jwt: jwksUrl', { jwksUrl: 'id.example/jwks.json' }],
    ['jwt: jwksUrl', { jwksUrl: 'file:///etc/keys.json' }],
    ['jwt: jwks', { jwks: {} }],
    ['jwt: clockTolerance', { secret, clockTolerance: -1 }],
    ['jwt: clockTolerance', { secret, clockTolerance: Number.NaN }],
  ])('one that cannot work is refused at once: %s (%#)', (message, options) => {
    expect(() => jwt(options as JwtOptions)).toThrow(message)
  })

  it('a secret is never in the message', () => {
    expect(() => jwt({ secret: 'tooshort' })).toThrow(/^(?!.*tooshort)/)
  })
})
