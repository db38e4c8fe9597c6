import { createPollClient, type PollClient } from '@live-poll/client-sdk'

interface Shared {
  readonly client: PollClient
  users: number
}

/** A tag that moves in the page leaves and comes back; the socket waits for it this long. Milliseconds. */
const linger = 1000

const clients = new Map<string, Shared>()

/**
 * The one client of a server on this page, made on first use.
 * Each borrower gives it back once; the last one back closes it.
 */
export function borrowClient(server: string): PollClient {
  const shared = clients.get(server) ?? { client: createPollClient({ server }), users: 0 }
  shared.users++
  clients.set(server, shared)
  return shared.client
}

export function returnClient(server: string): void {
  const shared = clients.get(server)
  if (!shared || --shared.users > 0) return
  setTimeout(() => {
    if (shared.users > 0 || clients.get(server) !== shared) return
    clients.delete(server)
    shared.client.close()
  }, linger)
}
