/** A request as the core sees it, whichever server received it. */
export interface HttpRequest {
  readonly method: string
  /** Path without the query, as sent: still percent-encoded. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Headers
  /**
   * The body, read once.
   * @throws PollError `TOO_LARGE` as soon as more than `maxBytes` have come
   */
  readBody(maxBytes: number): Promise<HttpBody>
}

/** As bytes, or already parsed by the host (`express.json()`). */
export type HttpBody = { readonly bytes: Uint8Array } | { readonly json: unknown }

export interface HttpReply {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | null
}
