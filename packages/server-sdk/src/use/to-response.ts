import type { HttpReply, HttpSink, HttpStreamEvents } from '../index.ts'

/** The length of a body that is there is the server's to say. */
export function toResponse({ status, headers, body, stream }: HttpReply, isHead: boolean): Response {
  if (!isHead) return new Response(stream ? toReadable(stream) : body, { status, headers })
  const length: Record<string, string> = body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  return new Response(null, { status, headers: { ...length, ...headers } })
}

/** A reply's stream as what a `Response` takes. It holds what is written until somebody reads it, and nothing ahead. */
function toReadable(stream: NonNullable<HttpReply['stream']>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let events: HttpStreamEvents | undefined
  let state: 'open' | 'ending' | 'over' = 'open'

  function finish(how: () => void) {
    state = 'over'
    how()
    queueMicrotask(() => events?.closed()) // a stream may end before it has begun
  }

  function toSink(controller: ReadableStreamDefaultController<Uint8Array>): HttpSink {
    const buffered = () => 0 - (controller.desiredSize ?? 0)
    return {
      write(piece) {
        if (state === 'open') controller.enqueue(typeof piece === 'string' ? encoder.encode(piece) : piece)
      },
      buffered,
      end() {
        if (state !== 'open') return
        if (buffered() > 0) state = 'ending'
        else finish(() => controller.close())
      },
      destroy() {
        if (state !== 'over') finish(() => controller.error(new Error('The stream was cut off.')))
      },
    }
  }

  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        events = stream(toSink(controller))
      },
      /** With room for nothing, this is called when a reader waits and all is taken. */
      pull(controller) {
        if (state === 'ending') finish(() => controller.close())
        else if (state === 'open') events?.drained()
      },
      cancel() {
        if (state !== 'over') finish(() => {})
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 0 }),
  )
}
