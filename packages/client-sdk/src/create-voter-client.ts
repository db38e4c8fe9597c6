import { createExchange } from './http/request.ts'
import { serverUrl } from './http/server-url.ts'
import type { WebSocketConstructor } from './live/connection.ts'
import { createLivePolls } from './live/live-polls.ts'
import { createVoter, pageStorage, type TokenStorage } from './live/voter.ts'
import type { VoterClient } from './live/voter-client.ts'
import type { VoterAdmission } from './protocol/models.ts'

export interface VoterClientOptions {
  /**
   * Base URL of the API. A relative one is resolved against the page; in Node it must be absolute.
   * @default '/live-poll'
   */
  readonly server?: string
  /**
   * Sent with every HTTP call: an organizer's key (`lpa_`) or a voter token (`lpv_`).
   * With a voter token, votes are that voter's, on the live connection too, and nothing is stored.
   */
  readonly token?: string
  /**
   * Where the voter token is kept between visits. Nothing is stored before the first vote; null keeps it in memory.
   * @default localStorage where it works, else memory
   */
  readonly storage?: TokenStorage | null
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
  const { token, fetch, storage = pageStorage() } = options
  const server = serverUrl(options.server)
  const exchange = createExchange({ server, fetch })
  const given = token?.startsWith('lpv_') ? token : undefined
  // An organizer's key says who runs polls, not who votes.
  const credential = token?.startsWith('lpa_') ? undefined : token
  const voter = createVoter({
    admitVoter: async (own = credential) =>
      (await exchange<VoterAdmission>('POST', '/voters', { body: {}, asHostUser: true, token: own })).value,
    given,
    storage: given ? null : storage,
    storageKey: `live-poll:voter:${server}`,
  })
  return createLivePolls({
    server,
    fetch,
    exchange,
    token,
    voter,
    WebSocket: options.WebSocket ?? globalThis.WebSocket,
  })
}
