import type { Identify } from '@live-poll/server-sdk'
import type { JWK, JWTHeaderParameters, JWTPayload } from 'jose'
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose'
import { listen } from '../listeners.ts'

export const issuer = 'https://id.example'
export const audience = 'my-app'

/** What a token of the issuer says when nothing else is said. */
export const usualClaims = () => ({
  iss: issuer,
  aud: audience,
  sub: 'ada',
  sid: 's-1',
  exp: Math.floor(Date.now() / 1000) + 300,
})

export type Sign = (claims?: JWTPayload, header?: Partial<JWTHeaderParameters>) => Promise<string>

export interface Signer {
  readonly sign: Sign
  /** The public key, as it is published. */
  readonly jwk: JWK
  /** The same as the text that everyone has. */
  readonly spki: string
}

export async function createSigner(kid: string, alg = 'ES256'): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return {
    sign: (claims = {}, header = {}) =>
      new SignJWT({ ...usualClaims(), ...claims }).setProtectedHeader({ alg, kid, ...header }).sign(privateKey),
    jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' },
    spki: await exportSPKI(publicKey),
  }
}

/** Signs with a shared secret. */
export function signWith(secret: string, alg = 'HS256'): Sign {
  const key = new TextEncoder().encode(secret)
  return (claims = {}, header = {}) =>
    new SignJWT({ ...usualClaims(), ...claims }).setProtectedHeader({ alg, ...header }).sign(key)
}

/** A token of these parts as they are, its signature and all. */
export function assemble(header: object, claims: object, signature = ''): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part(header)}.${part(claims)}.${signature}`
}

export interface KeyServer {
  readonly url: string
  /** What it publishes from now on; anything but an array is answered with 500. */
  publish(keys: readonly JWK[] | undefined): void
  /** How often it was asked. */
  readonly asked: () => number
  close(): Promise<void>
}

/** Publishes keys over HTTP, on a free port. */
export async function startKeyServer(first: readonly JWK[] | undefined): Promise<KeyServer> {
  let keys = first
  let count = 0
  const http = await listen((_, response) => {
    count++
    if (!keys) return void response.writeHead(500).end('Out of order.')
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }))
  })
  return {
    url: `${http.origin}/jwks.json`,
    publish(next) {
      keys = next
    },
    asked: () => count,
    close: http.close,
  }
}

/** Whom a request with this token is taken for. */
export async function identifyBearer(identify: Identify, token: string) {
  return identify({ headers: new Headers({ authorization: `Bearer ${token}` }) })
}
