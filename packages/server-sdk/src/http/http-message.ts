/** A request as the core sees it, whichever server received it. */
export interface HttpRequest {
  readonly method: string
  /** Path without the query, as sent: still percent-encoded. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Headers
  /** One of the headers, by its name in lower case, where that costs less than to read them all. Left out: `headers` has it. */
  readonly header?: (name: string) => string | null
  /** Address of the socket's other end. */
  readonly remoteAddress?: string | undefined
  /** The host's own request object, for `identify` alone. */
  readonly raw?: unknown
  /**
   * The body, read once.
   * @throws PollError `TOO_LARGE` as soon as more than `maxBytes` have come
   */
  readBody(maxBytes: number): Promise<HttpBody>
  /**
   * The body in pieces as they come, in place of `readBody`, once: for one that is looked at before all of it is there.
   * Whoever leaves the loop leaves the rest unread. Left out: `readBody` is asked.
   * @throws PollError `INVALID` where a parser of the host's has read it, and what it has made of it are no bytes
   */
  readonly streamBody?: () => AsyncIterable<Uint8Array>
}

/** As bytes, or already parsed by the host (`express.json()`). */
export type HttpBody = { readonly bytes: Uint8Array } | { readonly json: unknown }

/** An answer for a host to write. */
export interface HttpReply {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | null
  /** Writes the body instead, after the headers have gone out. Not called for HEAD. */
  readonly stream?: (sink: HttpSink) => HttpStreamEvents
}

/** Where the body of a reply is written piece by piece. Safe to use after its end: nothing happens. */
export interface HttpSink {
  /** Never waits. */
  write(piece: string | Uint8Array): void
  /** Bytes written and not yet taken by the network. */
  buffered(): number
  /** Ends the body, once all of it is taken. */
  end(): void
  /** Ends the connection at once. */
  destroy(): void
}

/** What the reply wants to be told of its sink. */
export interface HttpStreamEvents {
  /** Everything written was taken by the network. */
  drained(): void
  /** Whoever ended it, the client or we: once, and nothing after it. */
  closed(): void
}
