import { type PollError, pollError } from '@live-poll/client-sdk/protocol'
import type { HttpRequest } from './http-message.ts'
import { type FileTaker, takeFileOfForm } from './read-form.ts'
import { invalid } from './route.ts'

/** Bytes that a form has besides its file: names, headers, fields. */
const formBytes = 16 * 1024

/**
 * What is still read of an upload that is refused, and thrown away: whoever is cut off while they send may never see the
 * answer. In bytes, and in milliseconds.
 */
const politeness = { bytes: 16 * 1024 * 1024, time: 5000 }

/**
 * Reads an uploaded file: the body itself, as `image/*`, or the only file of a `multipart/form-data`. What it calls itself
 * is not looked at. Never holds more than `maxBytes` of it.
 *
 * @throws PollError `UNSUPPORTED_TYPE` for a body of another type; `TOO_LARGE`; `INVALID` for no file, for two of them, for
 * a form that is broken or has much else in it
 */
export async function readUpload(request: HttpRequest, maxBytes: number): Promise<Uint8Array> {
  const type = request.headers.get('content-type') ?? ''
  const isForm = /^multipart\/form-data *(;|$)/i.test(type)
  const most = maxBytes + (isForm ? formBytes : 0)
  const declared = Number(request.headers.get('content-length') ?? 0)
  let refusal = declared > most ? tooLarge(maxBytes) : undefined
  if (refusal && declared > most + politeness.bytes) throw refusal

  let taker: FileTaker | undefined
  if (isForm) taker = await takeFileOfForm(type, maxBytes, () => tooLarge(maxBytes))
  else if (/^image\//i.test(type)) taker = takeAll()
  else refusal ??= pollError('UNSUPPORTED_TYPE', {}, 'Send a picture, as image/* or in a form of multipart/form-data.')

  let length = 0
  let refusedAt = refusal && performance.now()
  try {
    for await (const chunk of bodyOf(request, most)) {
      length += chunk.length
      if (!refusal) {
        refusal = length > most ? tooLarge(maxBytes) : await taker?.take(chunk)
        if (!refusal) continue
        refusedAt = performance.now()
        taker?.drop()
      }
      const isOver = length > most + politeness.bytes || performance.now() - (refusedAt ?? 0) > politeness.time
      if (isOver) break
    }
  } catch (error) {
    throw refusal ?? error // what is refused may be read by somebody else, or break off
  }
  if (refusal || !taker) throw refusal
  const bytes = await taker.end()
  if (bytes.length === 0) throw invalid('image', 'Send a picture: there is none in this request.')
  return bytes
}

async function* bodyOf(request: HttpRequest, maxBytes: number): AsyncIterable<Uint8Array> {
  if (request.streamBody) return yield* request.streamBody()
  const body = await request.readBody(maxBytes)
  if ('json' in body) throw invalid('image', 'Send the picture as bytes.')
  yield body.bytes
}

function takeAll(): FileTaker {
  const pieces: Uint8Array[] = []
  return {
    async take(piece) {
      pieces.push(piece)
      return undefined
    },
    drop: () => void pieces.splice(0),
    end: async () => Buffer.concat(pieces),
  }
}

function tooLarge(maxBytes: number): PollError {
  return pollError('TOO_LARGE', {}, `Send a picture of at most ${maxBytes} bytes.`)
}
