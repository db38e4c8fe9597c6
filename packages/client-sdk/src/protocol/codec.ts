import { attempt } from './attempt.ts'
import type { ClientMessage, ServerMessage } from './messages.ts'

/** Reads a message from the server; null for what is none. A client ignores one whose type it does not know. */
export function decodeServerMessage(text: string): ServerMessage | null {
  const value = attempt(() => JSON.parse(text))
  return typeof value?.type === 'string' ? value : null
}

/** A message as the text of its frame. */
export function encode(message: ClientMessage | ServerMessage): string {
  return JSON.stringify(message)
}
