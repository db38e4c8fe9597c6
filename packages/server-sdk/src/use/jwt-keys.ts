import { pollError } from '@live-poll/client-sdk/protocol'
import type { Logger } from '../index.ts'

/** What tokens are signed with: one of these. */
export type JwtKeys =
  | {
      /** Shared with whoever makes the tokens (HMAC): at least 32 bytes, random. Text counts as UTF-8. */
      readonly secret: string | Uint8Array
    }
  | {
      /**
       * Where the issuer publishes its public keys, as https outside your own network. Fetched when first needed, again
       * after ten minutes, and for a key that is not known, but not within 30 s of the last time; given up after 5 s.
       */
      readonly jwksUrl: string | URL
    }
  | {
      /** The issuer's public keys (RFC 7517). */
      readonly jwks: { readonly keys: readonly object[] }
    }

/** The same, of whom nothing is known: options may come without types. */
interface AnyKeys {
  readonly secret?: string | Uint8Array
  readonly jwksUrl?: string | URL
  readonly jwks?: { readonly keys: readonly object[] }
}

type KeyLogger = Pick<Logger, 'warn'>

type Jose = typeof import('jose')

interface FoundKeys {
  readonly jose: Jose
  readonly key: import('jose').JWTVerifyGetKey
}

/** Never both kinds for one key: else a public key, which everyone has, would do as a secret (RFC 8725, section 3.1). */
const secretAlgorithms = ['HS256', 'HS384', 'HS512']
const publicAlgorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
]

export interface KeyFinder {
  readonly algorithms: readonly string[]
  /** Loads the package once. @throws Error with the line that installs it */
  keys(): Promise<FoundKeys>
}

/** @throws Error for an option that cannot work */
export function keyFinder(options: JwtKeys, chosen: readonly string[] | undefined, logger: KeyLogger): KeyFinder {
  const { secret, jwksUrl, jwks }: AnyKeys = options
  if ([secret, jwksUrl, jwks].filter((given) => given !== undefined).length !== 1) {
    throw new Error('jwt: send one of secret, jwksUrl and jwks.')
  }
  const possible = secret === undefined ? publicAlgorithms : secretAlgorithms
  const algorithms = chosen ?? possible
  if (algorithms.length === 0 || !algorithms.every((name) => possible.includes(name))) {
    throw new Error(`jwt: algorithms: with these keys, choose from ${possible.join(', ')}.`)
  }
  const open = opener({ secret, jwksUrl, jwks }, logger)
  let opened: Promise<FoundKeys> | undefined
  return {
    algorithms,
    keys() {
      opened ??= loadJose().then((jose) => ({ jose, key: open(jose) }))
      return opened
    },
  }
}

function opener({ secret, jwksUrl, jwks }: AnyKeys, logger: KeyLogger): (jose: Jose) => FoundKeys['key'] {
  if (secret !== undefined) {
    const bytes = toSecret(secret)
    return () => async () => bytes
  }
  if (jwks !== undefined) {
    if (!Array.isArray(jwks.keys)) throw new Error('jwt: jwks: send { keys: [...] }, as the issuer publishes it.')
    return (jose) => jose.createLocalJWKSet({ keys: [...jwks.keys] })
  }
  const url = URL.canParse(String(jwksUrl)) ? new URL(String(jwksUrl)) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) throw new Error('jwt: jwksUrl: send a URL that begins with https://.')
  return (jose) => remoteKeys(jose, url, logger)
}

function toSecret(secret: string | Uint8Array): Uint8Array {
  if (typeof secret === 'string' && /^\s*(-----BEGIN|\{)/.test(secret)) {
    throw new Error('jwt: secret: this looks like a public key, which everyone may know. Send it as jwks.')
  }
  const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret
  if (!(bytes.length >= 32)) throw new Error('jwt: secret: send at least 32 bytes (RFC 7518, section 3.2).')
  return bytes
}

function remoteKeys(jose: Jose, url: URL, logger: KeyLogger): FoundKeys['key'] {
  const { JWKSNoMatchingKey, JWKSMultipleMatchingKeys, JOSENotSupported } = jose.errors
  const tokensFaults = [JWKSNoMatchingKey, JWKSMultipleMatchingKeys, JOSENotSupported]
  const keySet = jose.createRemoteJWKSet(url, {
    timeoutDuration: 5_000,
    cooldownDuration: 30_000,
    cacheMaxAge: 600_000,
  })
  let isDown = false
  return async (header, token) => {
    try {
      const key = await keySet(header, token)
      isDown = false
      return key
    } catch (error) {
      if (tokensFaults.some((kind) => error instanceof kind)) throw error
      if (!isDown) logger.warn(`jwt: the keys at ${url.origin}${url.pathname} could not be fetched.`, error)
      isDown = true // said once, not for every request
      throw pollError('UNAVAILABLE', {}, 'Sign-ins cannot be checked at the moment; try again soon.')
    }
  }
}

async function loadJose(): Promise<Jose> {
  try {
    return await import('jose')
  } catch (cause) {
    throw new Error('jwt: the package jose is missing. Run: npm install jose', { cause })
  }
}
