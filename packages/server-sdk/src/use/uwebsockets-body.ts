import { brokenOff } from './collect-body.ts'

/** What is used of a `uWS.HttpResponse` to read the body of its request. */
export interface UwsBodySource {
  onData(take: (chunk: ArrayBuffer, isLast: boolean) => void): unknown
  pause(): unknown
  resume(): unknown
}

/** Bytes that wait for somebody to read them: more are left with the network. */
const mostWaiting = 64 * 1024

/**
 * What is still read of a body that nobody wants, and thrown away: whoever is cut off while they send may never see the
 * answer. In bytes, and in milliseconds.
 */
const politeness = { bytes: 16 * 1024 * 1024, time: 2000 }

/** The body of a request, as it comes in. A class, since there are many. */
export class UwsBody {
  readonly #source: UwsBodySource
  #pieces: Uint8Array[] = []
  #waiting = 0
  #state: 'coming' | 'complete' | 'broken' = 'coming'
  #isPaused = false
  #isLeft = false
  #wake = () => {}

  constructor(source: UwsBodySource) {
    this.#source = source
    source.onData((chunk, isLast) => this.#take(chunk, isLast))
  }

  /** Whether the client may still be sending it. */
  get isComing(): boolean {
    return this.#state === 'coming'
  }

  /** @throws PollError `BAD_JSON` where the client leaves before its end */
  async *read(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const piece = this.#pieces.shift()
      if (piece) {
        this.#waiting -= piece.length
        yield piece
      } else if (this.#state === 'complete' || this.#isLeft) return
      else if (this.#state === 'broken') throw brokenOff()
      else await this.#next()
    }
  }

  /** The client has left. */
  breakOff() {
    if (this.#state === 'coming') this.#state = 'broken'
    this.#wake()
  }

  /** Throws away what nobody has read, until all of it has come, or enough. To be called before the answer. */
  async leave(): Promise<void> {
    if (!this.isComing) return
    const timer = setTimeout(() => this.#stop(), politeness.time)
    let length = 0
    try {
      for await (const piece of this.read()) {
        length += piece.length
        if (length > politeness.bytes) break
      }
    } catch {
      // The client has left: nobody is answered.
    }
    clearTimeout(timer)
    this.#stop()
  }

  #stop() {
    this.#isLeft = true
    this.#wake()
  }

  #take(chunk: ArrayBuffer, isLast: boolean) {
    if (this.#isLeft) return // its source has ended
    if (chunk.byteLength > 0) {
      this.#pieces.push(new Uint8Array(chunk.slice(0))) // uWebSockets.js takes its bytes back
      this.#waiting += chunk.byteLength
    }
    if (isLast) this.#state = 'complete'
    else if (this.#waiting > mostWaiting && !this.#isPaused) {
      this.#isPaused = true
      this.#source.pause()
    }
    this.#wake()
  }

  #next(): Promise<void> {
    if (this.#isPaused) {
      this.#isPaused = false
      this.#source.resume()
    }
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}
