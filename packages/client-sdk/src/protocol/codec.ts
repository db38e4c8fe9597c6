import { attempt } from './attempt.ts'
import type { ClientMessage, ServerMessage } from './messages.ts'

const serverTypes: ReadonlySet<unknown> = new Set<ServerMessage['type']>([
  'welcome',
  'poll',
  'voted',
  'rejected',
  'results',
  'state',
  'error',
  'drain',
  'pong',
])

/** Reads a message from the server; null for what this version does not know, which a client ignores. */
export function decodeServerMessage(text: string): ServerMessage | null {
  const value = attempt(() => JSON.parse(text))
  return serverTypes.has(value?.type) ? value : null
}

export function encode(message: ClientMessage | ServerMessage): string {
  return JSON.stringify(message)
}
