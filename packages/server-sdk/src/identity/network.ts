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
 * @param bits that are told of an IPv4 address; with 32 it is the address itself
 */
export function networkOf(address = '', bits: 24 | 32 = 24): string {
  const bare = address.replace(/^\[([^\]]+)\](:\d+)?$/, '$1').replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1')
  if (isIP(bare) === 4) return networkOfV4(bare.split('.').map(Number), bits)
  if (isIP(bare) !== 6) return 'unknown'
  const groups = groupsOf(bare.replace(/%.*$/, ''))
  // An IPv4 client of a socket for both (RFC 4291, section 2.5.5.2), which each server writes in its own way.
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  if (isMapped)
    return networkOfV4(
      groups.slice(6).flatMap((group) => [group >> 8, group & 0xff]),
      bits,
    )
  const network = groups.slice(0, 4).map((group) => group.toString(16))
  return `${network.join(':')}::/64`
}

function networkOfV4(bytes: readonly number[], bits: 24 | 32): string {
  return bits === 32 ? `${bytes.join('.')}/32` : `${bytes.slice(0, 3).join('.')}.0/24`
}

/** The eight groups of an IPv6 address, however it is written. */
function groupsOf(address: string): readonly number[] {
  const [head = '', tail] = address.split('::')
  const [before, after] = [parseGroups(head), parseGroups(tail ?? '')]
  const zeros = Array<number>(tail === undefined ? 0 : 8 - before.length - after.length).fill(0)
  return [...before, ...zeros, ...after]
}

/** @param text as in `2001:db8`, or with an IPv4 address at its end, which stands for two groups */
function parseGroups(text: string): readonly number[] {
  if (text === '') return []
  return text.split(':').flatMap((part) => {
    const [a = 0, b = 0, c = 0, d = 0] = part.split('.').map(Number)
    return part.includes('.') ? [a * 256 + b, c * 256 + d] : Number.parseInt(part, 16)
  })
}

/** Milliseconds. */
const saltLife = 24 * 60 * 60 * 1000

/** Hides where something came from: under a keyed hash whose key is kept in memory, and for a day. */
export function createHiddenNames(now: () => number = Date.now): (name: string) => string {
  let salt = randomBytes(32)
  let madeAt = now()
  return (name) => {
    if (now() - madeAt > saltLife) {
      salt = randomBytes(32)
      madeAt = now()
    }
    return createHmac('sha256', salt).update(name).digest('base64url')
  }
}

/**
 * The same on every node, for limits that they share. Whoever has the key can find out by trying what is hidden; it is
 * kept where the limits are, for as long as a limit remembers.
 * @param key that all nodes have
 */
export function createSharedHiddenNames(key: Uint8Array, now: () => number = Date.now): (name: string) => string {
  return (name) =>
    createHmac('sha256', key)
      .update(`${Math.floor(now() / saltLife)} ${name}`)
      .digest('base64url')
}
