import type { HttpSink, HttpStreamEvents } from './http-message.ts'

/** Bytes that may wait for the network: more are not read before it has taken them. */
const mostBuffered = 64 * 1024

/** Milliseconds in which whoever is sent something must take some of it. */
const patience = 30_000

/**
 * Writes bytes as fast as they are taken. Where they end too early, so does the connection: its length says that something
 * is missing. Whoever goes away ends the reading of them, too.
 */
export function streamBytes(bytes: AsyncIterable<Uint8Array>): (sink: HttpSink) => HttpStreamEvents {
  return (sink) => {
    let isClosed = false
    let goOn = () => {}

    async function write() {
      for await (const piece of bytes) {
        if (isClosed) return
        sink.write(piece)
        if (!isClosed && sink.buffered() > mostBuffered) await drained()
        if (isClosed) return
      }
      sink.end()
    }

    function drained(): Promise<void> {
      const timer = setTimeout(() => sink.destroy(), patience)
      return new Promise<void>((resolve) => {
        goOn = resolve
      }).finally(() => clearTimeout(timer))
    }

    write().catch(() => sink.destroy())
    return {
      drained: () => goOn(),
      closed() {
        isClosed = true
        goOn()
      },
    }
  }
}
