import type { Identify } from '@live-poll/server-sdk'
import { jwt } from '@live-poll/server-sdk/jwt'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  assemble,
  audience,
  createSigner,
  identifyBearer,
  issuer,
  type Sign,
  type Signer,
  signWith,
  usualClaims,
} from './jwt-issuer.ts'

const secret = 'ssssssssssssssssssssssssssssssss'
const checks = { issuer, audience }
const ada = { id: 'ada', session: 's-1' }
const now = () => Math.floor(Date.now() / 1000)

let signer: Signer
let rsa: Signer
let stranger: Signer
beforeAll(async () => {
  ;[signer, rsa, stranger] = await Promise.all([createSigner('k1'), createSigner('r1', 'RS256'), createSigner('k1')])
})

/** The two kinds of keys, with what signs for each. */
const kinds: Readonly<Record<string, () => { identify: Identify; sign: Sign }>> = {
  'a secret': () => ({ identify: jwt({ secret, ...checks }), sign: signWith(secret) }),
  'a key set': () => ({ identify: jwt({ jwks: { keys: [rsa.jwk, signer.jwk] }, ...checks }), sign: signer.sign }),
}

describe.each(Object.keys(kinds))('with %s', (kind) => {
  const make = () => kinds[kind]?.() as ReturnType<NonNullable<(typeof kinds)[string]>>

  it('the subject is the user, and the session comes along where the token names one', async () => {
    const { identify, sign } = make()
    expect(await identifyBearer(identify, await sign())).toEqual(ada)
    expect(await identifyBearer(identify, await sign({ sid: undefined }))).toEqual({ id: 'ada' })
    expect(await identifyBearer(identify, await sign({ aud: ['other', audience] }))).toEqual(ada)
  })

  it.each<[string, Record<string, unknown>]>([
    ['expired', { exp: now() - 60 }],
    ['without an end', { exp: undefined }],
    ['with an end that is no number', { exp: 'never' }],
    ['not valid yet', { nbf: now() + 60 }],
    ['of another issuer', { iss: `${issuer}.evil.example` }],
    ['of no issuer', { iss: undefined }],
    ['for another app', { aud: 'other' }],
    ['for nobody', { aud: undefined }],
    ['without a subject', { sub: undefined }],
    ['with an empty subject', { sub: '' }],
    ['with a subject that is no text', { sub: { id: 'ada' } }],
  ])('a token %s is nobody', async (_, claims) => {
    const { identify, sign } = make()
    expect(await identifyBearer(identify, await sign(claims))).toBeUndefined()
  })

  it('a token that says it needs no signature is nobody', async () => {
    const { identify, sign } = make()
    const [, claims, signature] = (await sign()).split('.')
    for (const alg of ['none', 'None', 'NONE', 'nOnE', '', null, undefined, 0, ['none']]) {
      const header = Buffer.from(JSON.stringify({ alg, kid: 'k1' })).toString('base64url')
      for (const end of ['', signature]) {
        expect(await identifyBearer(identify, `${header}.${claims}.${end}`)).toBeUndefined()
      }
    }
    expect(await identifyBearer(identify, assemble({ alg: 'none' }, usualClaims()))).toBeUndefined()
  })

  it('a token that was changed or signed by another is nobody', async () => {
    const { identify, sign } = make()
    const [header, claims, signature = ''] = (await sign()).split('.')
    const other = Buffer.from(JSON.stringify({ ...usualClaims(), sub: 'ed' })).toString('base64url')
    const swapped = signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`
    for (const token of [
      `${header}.${other}.${signature}`,
      `${header}.${claims}.${swapped}`,
      `${header}.${claims}.`,
      `${header}.${claims}`,
      `${header}.${claims}.${signature}.x`,
      await stranger.sign(),
      await signWith('t'.repeat(32))(),
    ]) {
      expect(await identifyBearer(identify, token)).toBeUndefined()
    }
  })

  it('a public key taken for a secret signs for nobody', async () => {
    const { identify } = make()
    for (const text of [rsa.spki, rsa.spki.trim(), JSON.stringify(rsa.jwk), signer.spki]) {
      for (const alg of ['HS256', 'HS384', 'HS512']) {
        for (const kid of ['r1', 'k1', undefined]) {
          expect(await identifyBearer(identify, await signWith(text, alg)({}, { kid }))).toBeUndefined()
        }
      }
    }
  })

  it('a token that brings its own key is nobody', async () => {
    const { identify } = make()
    const { jwk } = stranger
    for (const header of [
      { jwk },
      { jwk, kid: undefined },
      { jku: 'http://127.0.0.1:1/', kid: 'x' },
      { x5c: ['AA'] },
    ]) {
      expect(await identifyBearer(identify, await stranger.sign({}, header))).toBeUndefined()
    }
  })

  it('what is no token at all is nobody', async () => {
    const { identify, sign } = make()
    const token = await sign()
    for (const text of ['x', '.', '..', '...', 'a.b.c', 'e30.e30.e30', 'é', '%00']) {
      expect(await identifyBearer(identify, text)).toBeUndefined()
    }
    for (const alg of ['HS256', 'ES256', 'RS256', 'EdDSA']) {
      for (const header of [
        { alg, crit: ['x'], x: 1 },
        { alg, b64: false, crit: ['b64'] },
        { alg, kid: {} },
        { alg, kid: '__proto__' },
      ]) {
        expect(await identifyBearer(identify, assemble(header, usualClaims(), 'AAAA'))).toBeUndefined()
      }
    }
    for (const headers of [{}, { authorization: '' }, { authorization: `Basic ${token}` }, { authorization: token }]) {
      expect(await identify({ headers: new Headers(headers as Record<string, string>) })).toBeUndefined()
    }
  })

  it('a clock that differs by less than it may is no matter', async () => {
    const { identify, sign } = make()
    expect(await identifyBearer(identify, await sign({ exp: now() - 2 }))).toEqual(ada)
    expect(await identifyBearer(identify, await sign({ nbf: now() + 2 }))).toEqual(ada)
  })
})
