import { createVoterClient, type VoterClientOptions } from './create-voter-client.ts'
import { createPollApi, type PollApi } from './http/poll-api.ts'
import { serverUrl } from './http/server-url.ts'
import { createChannelUrls } from './live/channel-urls.ts'
import type { WebSocketConstructor } from './live/connection.ts'
import { createRelay, type Relay } from './live/relay.ts'
import type { VoterClient } from './live/voter-client.ts'
import { attempt } from './protocol/attempt.ts'
import { imagePath } from './protocol/image-path.ts'
import type { PollImage } from './protocol/models.ts'

/** Those of `createVoterClient`: one connection and one voter for all calls. */
export interface PollClientOptions extends VoterClientOptions {}

/** One client for all polls of one server: what voters, organizers and relays need. */
export interface PollClient extends VoterClient {
  /**
   * A connection that casts for many voters, opened at its first vote. `close` of the client leaves it open.
   * @param getTicket Called at every connect: `() => api.admitRelay()` with an organizer's key, or your server's answer.
   */
  relay(getTicket: () => Promise<string>): Relay
  readonly api: PollApi
  /** As `api.uploadImage`. */
  readonly uploadImage: PollApi['uploadImage']
  /**
   * Where a picture of a poll is, for `src` and `srcset`.
   * @param width in pixels of the screen: the next larger of the widths that are kept is sent. @default the largest
   */
  imageUrl(image: Pick<PollImage, 'id' | 'key'>, width?: number): string
}

/**
 * Creates a client. Nothing is sent before the first call.
 *
 * @example
 * const client = createPollClient({ token: process.env.LIVE_POLL_ADMIN_KEY, server: 'https://my.app/live-poll' })
 * const poll = await client.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })
 * const stop = client.watch(poll.id, ({ poll, results }) => draw(poll, results))
 *
 * @throws TypeError when `server` is relative and there is no page
 */
export function createPollClient(options: PollClientOptions = {}): PollClient {
  const { token, fetch } = options
  const server = attempt(() => serverUrl(options.server))
  if (!server) {
    const given = options.server ?? '/live-poll'
    throw new TypeError(`Pass \`server\` as an absolute URL: "${given}" cannot be resolved here.`)
  }
  const voterClient = createVoterClient(options)
  const api = createPollApi({ server, token, fetch })

  function webSocket(): WebSocketConstructor {
    const found = options.WebSocket ?? globalThis.WebSocket
    if (found) return found
    throw new TypeError('There is no WebSocket here: pass that of the `ws` package as `WebSocket`.')
  }

  return {
    watch: (pollId, listener) => webSocket() && voterClient.watch(pollId, listener),
    vote: async (pollId, choices) => webSocket() && voterClient.vote(pollId, choices),
    refresh: voterClient.refresh,
    close: voterClient.close,
    api,
    uploadImage: api.uploadImage,
    imageUrl: (image, width) => server + imagePath(image, width),
    relay: (getTicket) => createRelay({ api, urls: createChannelUrls(server), WebSocket: webSocket(), getTicket }),
  }
}
