import type { HttpReply, HttpSink, HttpStreamEvents } from '../index.ts'

/** What is used of a `uWS.HttpResponse` to write its body piece by piece. None of it may be used after its end. */
export interface UwsStreamResponse {
  cork(work: () => void): unknown
  /** In chunks. It takes all of it. @returns whether the network has, too */
  write(piece: Uint8Array): boolean
  /** A body of a known length. It takes what the network takes. @returns whether that was all of it, and the end of the body */
  tryEnd(piece: Uint8Array, length: number): [isTaken: boolean, isOver: boolean]
  getWriteOffset(): number
  onWritable(goOn: () => boolean): unknown
  end(body?: string | Uint8Array, isCutOff?: boolean): unknown
  close(): unknown
}

/** A body that is being written. */
export interface UwsStream {
  /** The client has left. */
  breakOff(): void
}

/** Writes a reply's stream, after the headers. @param length of all of it, where that is known */
export function startStream(
  response: UwsStreamResponse,
  stream: NonNullable<HttpReply['stream']>,
  length: number | undefined,
): UwsStream {
  const sink = new UwsSink(response, length)
  sink.tell(stream(sink))
  return sink
}

/** A class, since there are many. */
class UwsSink implements HttpSink, UwsStream {
  readonly #response: UwsStreamResponse
  readonly #length: number | undefined
  #events: HttpStreamEvents | undefined
  #state: 'open' | 'ending' | 'over' = 'open'
  #pieces: Uint8Array[] = []
  /** Bytes of these. */
  #waiting = 0
  /** The network takes no more, for now. */
  #isFull = false
  /** Bytes that uWebSockets.js keeps of the last chunk, or fewer. */
  #kept = 0

  constructor(response: UwsStreamResponse, length: number | undefined) {
    this.#response = response
    this.#length = length
    response.onWritable(() => this.#onWritable())
  }

  tell(events: HttpStreamEvents) {
    this.#events = events
  }

  write(piece: string | Uint8Array) {
    if (this.#state !== 'open' || piece.length === 0) return
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece
    this.#pieces.push(bytes)
    this.#waiting += bytes.length
    if (!this.#isFull) this.#flush()
  }

  buffered() {
    return this.#waiting + this.#kept
  }

  end() {
    if (this.#state !== 'open') return
    this.#state = 'ending'
    if (!this.#isFull) this.#finish()
  }

  destroy() {
    if (this.#state === 'over') return
    this.#close()
    this.#response.close()
  }

  breakOff() {
    if (this.#state !== 'over') this.#close()
  }

  /** What uWebSockets.js keeps goes first, and only when something is written, or nothing is in a cork. */
  #onWritable(): boolean {
    this.#isFull = false
    this.#kept = 0
    this.#flush()
    if (this.#isFull) return true
    if (this.#state === 'ending') this.#finish()
    else if (this.#state === 'open') this.#events?.drained()
    return true
  }

  #flush() {
    this.#response.cork(() => {
      while (!this.#isFull && this.#state !== 'over' && this.#pieces.length > 0) this.#writeNext()
    })
  }

  #writeNext() {
    const piece = this.#pieces.shift() as Uint8Array
    this.#waiting -= piece.length
    if (this.#length === undefined) {
      this.#isFull = !this.#response.write(piece)
      if (this.#isFull) this.#kept = piece.length
      return
    }
    const before = this.#response.getWriteOffset()
    const [isTaken, isOver] = this.#response.tryEnd(piece, this.#length)
    if (isOver) return this.#close()
    if (isTaken) return
    this.#isFull = true
    const rest = piece.subarray(this.#response.getWriteOffset() - before)
    this.#pieces.unshift(rest)
    this.#waiting += rest.length
  }

  /** A body of a known length is over with its last byte: what ends before has lost something. */
  #finish() {
    this.#close()
    if (this.#length === undefined) this.#response.cork(() => this.#response.end())
    else this.#response.close()
  }

  #close() {
    this.#state = 'over'
    this.#pieces = []
    this.#waiting = 0
    queueMicrotask(() => this.#events?.closed()) // a stream may end before it has begun
  }
}
