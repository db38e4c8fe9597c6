import type { Identify, Logger } from '../index.ts'
import { type JwtKeys, keyFinder } from './jwt-keys.ts'

export type { JwtKeys } from './jwt-keys.ts'

/** The payload of a token that is valid (RFC 7519, section 4). */
export interface JwtClaims {
  readonly iss?: string
  readonly sub?: string
  readonly aud?: string | string[]
  readonly exp?: number
  readonly [claim: string]: unknown
}

/** What a token must say besides being signed, where it is read, and whom it names. */
export interface JwtChecks {
  /** Who must have made the token (`iss`): one of these. Give it: keys may be shared by several. @default not checked */
  readonly issuer?: string | readonly string[]
  /** Whom the token must be for (`aud`): one of these. Give it, or tokens for other apps count here. @default not checked */
  readonly audience?: string | readonly string[]
  /** Fewer than the keys allow: HS256, HS384, HS512 with a secret; RS, PS and ES of 256, 384, 512, EdDSA and Ed25519 with a key set. @default all of those */
  readonly algorithms?: readonly string[]
  /** Milliseconds that the issuer's clock and ours may differ. @default 5,000 */
  readonly clockTolerance?: number
  /** Name of a cookie to take the token from, where the request has none in `Authorization: Bearer`. @default no cookie */
  readonly cookie?: string
  /** The user of a valid token; nothing for nobody. @default `{ id: claims.sub, session: claims.sid }` */
  readonly toUser?: (claims: JwtClaims) => ReturnType<Identify>
  /** Told once when the key set can no longer be fetched. @default console */
  readonly logger?: Pick<Logger, 'warn'>
}

/** Whose signatures count, and what their tokens must say. */
export type JwtOptions = JwtKeys & JwtChecks

/**
 * An `identify` for hosts whose users carry a JSON Web Token, checked with the package `jose`.
 *
 * Whoever has no token, or one that is expired, without `exp`, forged, of another algorithm, issuer or audience, is
 * nobody: no error. Keys that cannot be fetched are one, because nobody can be told from somebody then.
 *
 * @throws Error for an option that cannot work
 * @throws PollError `UNAVAILABLE` from `identify` while the key set cannot be fetched
 * @example createLivePoll({ identify: jwt({ jwksUrl: 'https://id.example/jwks.json', issuer: 'https://id.example', audience: 'my-app' }) })
 */
export function jwt(options: JwtOptions): Identify {
  const { issuer, audience, clockTolerance = 5_000, cookie, toUser = subject, logger = console } = options
  if (!(clockTolerance >= 0)) throw new Error('jwt: clockTolerance: send milliseconds, 0 or more.')
  const find = keyFinder(options, options.algorithms, logger)
  const checks = {
    algorithms: [...find.algorithms],
    requiredClaims: ['exp'],
    clockTolerance: clockTolerance / 1000,
    ...(issuer !== undefined && { issuer: [issuer].flat() }),
    ...(audience !== undefined && { audience: [audience].flat() }),
  }

  async function readClaims(token: string): Promise<JwtClaims | undefined> {
    const { jose, key } = await find.keys()
    const isTokensFault = (error: unknown) => error instanceof jose.errors.JOSEError
    try {
      return (await jose.jwtVerify(token, key, checks)).payload
    } catch (error) {
      if (!isTokensFault(error)) throw error
      if (!(error instanceof jose.errors.JWKSMultipleMatchingKeys)) return undefined
      // The token names no key and several may be meant (RFC 7517, section 4.5): one of them has to fit.
      for await (const one of error) {
        const claims = await jose.jwtVerify(token, one, checks).catch((reason: unknown) => {
          if (!isTokensFault(reason)) throw reason
        })
        if (claims) return claims.payload
      }
      return undefined
    }
  }

  return async ({ headers }) => {
    await find.keys() // a missing package shows at the first request, not at the first token
    const token = findToken(headers, cookie)
    const claims = token === undefined ? undefined : await readClaims(token)
    return claims && toUser(claims)
  }
}

function subject({ sub, sid }: JwtClaims) {
  if (typeof sub !== 'string' || sub === '') return undefined
  return typeof sid === 'string' ? { id: sub, session: sid } : { id: sub }
}

function findToken(headers: Headers, cookie: string | undefined): string | undefined {
  const bearer = /^bearer +([^\s]+) *$/i.exec(headers.get('authorization') ?? '')?.[1]
  if (bearer !== undefined && !/^lp[avt]_/.test(bearer)) return bearer // those are Live Poll's own
  return cookie === undefined ? undefined : readCookie(headers.get('cookie') ?? '', cookie)
}

function readCookie(header: string, name: string): string | undefined {
  const start = `${name}=`
  const pair = header.split(';').find((text) => text.trimStart().startsWith(start))
  return pair?.trim().slice(start.length)
}
