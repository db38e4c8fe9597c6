import { type PollError, pollError } from '@live-poll/client-sdk/protocol'
import type { HttpBody } from '../index.ts'

/**
 * Reads a body to its end.
 * @param declared what its `content-length` says, where it has one
 * @throws PollError `TOO_LARGE` as soon as more than `maxBytes` are declared, or have come
 */
export async function collectBody(
  pieces: AsyncIterable<Uint8Array>,
  maxBytes: number,
  declared: string | null | undefined,
): Promise<HttpBody> {
  if (Number(declared) > maxBytes) throw pollError('TOO_LARGE')
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of pieces) {
    length += chunk.length
    if (length > maxBytes) throw pollError('TOO_LARGE')
    chunks.push(chunk)
  }
  return { bytes: Buffer.concat(chunks) }
}

/** The client's doing: nobody hears this. */
export function brokenOff(): PollError {
  return pollError('BAD_JSON', {}, 'The body broke off.')
}

/** For bytes that somebody else has read, who kept none. */
export function readBefore(): PollError {
  return pollError(
    'INVALID',
    {},
    'A parser of this app has read the body before Live Poll could: mount Live Poll before it, or keep it to other paths.',
  )
}
