import { lookup as lookUp } from 'node:dns'
import { Agent as HttpAgent, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { isPublicAddress } from './public-address.ts'

/** Posts JSON. @throws Error for anything but an answer with 2xx in time */
export type Post = (body: string, headers: Readonly<Record<string, string>>) => Promise<void>

interface PostOptions {
  readonly allowPrivate: boolean
  /** Milliseconds for all of it. */
  readonly timeout: number
}

/**
 * Posts to one address, on connections that stay open. Where a name leads is looked up for each connection, judged, and
 * connected to: it cannot lead elsewhere in between.
 */
export function createPost(url: URL, { allowPrivate, timeout }: PostOptions): Post {
  const isSecure = url.protocol === 'https:'
  const settings = { keepAlive: true, maxSockets: 8, timeout, lookup: allowPrivate ? undefined : lookUpPublic }
  const agent = isSecure ? new HttpsAgent(settings) : new HttpAgent(settings)
  const start = isSecure ? requestHttps : requestHttp
  const literal = url.hostname.replace(/^\[|\]$/g, '')

  return async (body, headers) => {
    if (!allowPrivate && isIP(literal) && !isPublicAddress(literal)) throw new PrivateAddressError(literal)
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const request = start(url, {
        method: 'POST',
        agent,
        signal: AbortSignal.timeout(timeout),
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'user-agent': 'live-poll',
          ...headers,
        },
      })
      request.on('response', (response) => {
        response.on('error', () => {}) // what it says besides does not matter
        response.on(
          'data',
          countDown(64 * 1024, () => response.destroy()),
        )
        resolve(response.statusCode)
      })
      request.on('error', reject)
      request.end(body)
    })
    if (status === undefined || status < 200 || status > 299) {
      const hint = status !== undefined && status >= 300 && status < 400 ? '; redirects are not followed' : ''
      throw new Error(`The receiver answered ${status}${hint}.`)
    }
  }
}

/** A receiver may not be in the server's own network: whoever may name one would have its services called. */
class PrivateAddressError extends Error {
  constructor(address: string) {
    super(`${address} is not a public address; see the option allowPrivate.`)
  }
}

const lookUpPublic: LookupFunction = (hostname, options, callback) => {
  lookUp(hostname, { ...options, all: true }, (error, addresses) => {
    const found = addresses ?? []
    const hidden = found.find(({ address }) => !isPublicAddress(address))
    const failure = error ?? (hidden ? new PrivateAddressError(hidden.address) : null)
    const [first] = found
    if (failure || !first) callback(failure ?? new Error(`${hostname} has no address.`), '', 0)
    else if (options.all) (callback as unknown as (error: null, all: typeof found) => void)(null, found)
    else callback(null, first.address, first.family)
  })
}

function countDown(bytes: number, onOver: () => void): (piece: Buffer) => void {
  let left = bytes
  return (piece) => {
    left -= piece.length
    if (left < 0) onOver()
  }
}
