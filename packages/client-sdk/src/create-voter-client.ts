import { createExchange } from './http/request.ts'
import { serverUrl } from './http/server-url.ts'
import type { WebSocketConstructor } from './live/connection.ts'
import { createLivePolls } from './live/live-polls.ts'
import { createVoter, pageStorage, type TokenStorage } from './live/voter.ts'
import type { VoterClient } from './live/voter-client.ts'
import type { VoterAdmission } from './protocol/models.ts'

/** Where the server is, who votes, and what stands in for what a browser has. */
export interface VoterClientOptions {
  /**
   * Base URL of the API. A relative one is resolved against the page; in Node it must be absolute.
   * @default '/live-poll'
   */
  readonly server?: string
  /**
   * Sent with every HTTP call: an organizer's key (`lpa_`), a voter token (`lpv_`), or a credential of the host.
   * With any but the first, votes are those of whom it names, on the live connection too, and nothing is stored.
   */
  readonly token?: string
  /**
   * Where the voter token is kept between visits: the page's `localStorage` or `sessionStorage`, one of your own, or
   * nowhere (`none`, null). Nothing is stored before the first vote; what cannot be stored is kept in memory.
   * @default 'local'
   */
  readonly storage?: TokenStorage | 'local' | 'session' | 'none' | null
  /** The code of an invitation: votes are its holder's. Its token is kept apart from the device's. */
  readonly invitation?: string
  /**
   * Has the visitor solve a captcha, and resolves to its answer. Called before the first vote of a new device on a poll
   * that needs one, and when the server asks for it; rejected, so is the vote (CAPTCHA_FAILED).
   */
  readonly captcha?: () => Promise<string>
  /** @default globalThis.fetch */
  readonly fetch?: typeof globalThis.fetch
  /** Node 20 has none: pass the one of the `ws` package. @default globalThis.WebSocket */
  readonly WebSocket?: WebSocketConstructor
}

/**
 * Creates a client that watches and votes, and no more: the smallest a page can load. Nothing is sent before the first
 * call.
 *
 * @example
 * const client = createVoterClient()
 * const stop = client.watch(pollId, ({ poll, results }) => draw(poll, results))
 * await client.vote(pollId, [2])
 *
 * @throws TypeError when `server` is relative and there is no page
 */
export function createVoterClient(options: VoterClientOptions = {}): VoterClient {
  const { token, fetch, storage, invitation, captcha } = options
  const server = serverUrl(options.server)
  const exchange = createExchange({ server, fetch })
  // An organizer's key says who runs polls, not who votes.
  const given = token?.startsWith('lpa_') ? undefined : token
  const asHostUser = !given?.startsWith('lpv_')
  const voter = createVoter({
    async admitVoter(own, shown) {
      const body = { invitation: invitation || undefined, ...shown }
      return (await exchange<VoterAdmission>('POST', '/voters', { body, asHostUser, token: own })).value
    },
    given,
    isInvited: Boolean(invitation),
    storage: given ? null : typeof storage === 'object' ? storage : pageStorage(storage),
    storageKey: `live-poll:voter:${server}${invitation ? `:${invitation.slice(-6)}` : ''}`,
    markerKey: `live-poll:session:${server}`,
  })
  return createLivePolls({
    server,
    fetch,
    exchange,
    token,
    voter,
    captcha,
    WebSocket: options.WebSocket ?? globalThis.WebSocket,
  })
}
