import type { LivePoll } from '@live-poll/server-sdk'
import type { HttpHost, ListeningHost } from './http-hosts.ts'

/** A host whose Live Poll answers as a test wants it to: what is looked at is what the host makes of requests and replies. */
export async function listenWith(host: HttpHost, handle: LivePoll['handle']): Promise<ListeningHost> {
  const channel = { path: '/live-poll/channel', mostBuffered: 0, attach: () => () => {} }
  return host.listen({ basePath: '/live-poll', channel, handle } as unknown as LivePoll)
}
