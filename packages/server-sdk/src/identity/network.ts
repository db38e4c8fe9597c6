import { createHmac, randomBytes } from 'node:crypto'
import { isIP } from 'node:net'

/** What is used of a request. */
export interface Hop {
  /** The other end of the socket. */
  readonly remoteAddress?: string | undefined
  readonly headers: Headers
}

/**
 * Where a request came from: the socket's other end, or, behind proxies of the host's own, what the outermost of them saw.
 * Each appends to `X-Forwarded-For`, so that only the last ones are theirs; what stands before, anyone may have written.
 *
 * @param trustedProxies how many proxies of the host's a request passes
 */
export function clientAddress({ remoteAddress, headers }: Hop, trustedProxies: number): string | undefined {
  if (trustedProxies === 0) return remoteAddress
  const forwarded = headers.get('x-forwarded-for')?.split(',') ?? []
  return (forwarded.at(-trustedProxies) ?? forwarded[0])?.trim() || remoteAddress
}

/**
 * The network of an address, as large as one household or office commonly has: /24 of IPv4, /64 of IPv6 (RFC 6177).
 * What is no address is one network of its own.
 */
export function networkOf(address: string | undefined): string {
  const bare = address?.replace(/^\[([^\]]+)\](:\d+)?$/, '$1').replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1') ?? ''
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1] ?? bare
  if (isIP(mapped) === 4) return `${mapped.split('.').slice(0, 3).join('.')}.0/24`
  if (isIP(mapped) !== 6) return 'unknown'
  return `${firstGroups(mapped.replace(/%.*$/, ''))}::/64`
}

/** The first four of the eight groups of an IPv6 address, however it is written. */
function firstGroups(address: string): string {
  const [head = '', tail] = address.toLowerCase().split('::')
  const groups = head === '' ? [] : head.split(':')
  const rest = tail ? tail.split(':') : []
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - groups.length - rest.length)).fill('0')
  const whole = [...groups, ...zeros, ...rest]
  return whole
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}

/** Milliseconds. */
const saltLife = 24 * 60 * 60 * 1000

/** Names networks without telling them: by a keyed hash whose key is kept in memory, and for a day. */
export function createNetworkNames(now: () => number = Date.now): (network: string) => string {
  let salt = randomBytes(32)
  let madeAt = now()
  return (network) => {
    if (now() - madeAt > saltLife) {
      salt = randomBytes(32)
      madeAt = now()
    }
    return createHmac('sha256', salt).update(network).digest('base64url')
  }
}
