/** What a WebSocket server must offer. */
export interface ChannelSocket {
  /** Of the page that has connected, as its browser says; null: no browser; undefined: it does not always say. */
  readonly origin: string | null | undefined
  /** Never waits: snapshots supersede each other. @returns false where it has dropped the frame for want of room */
  send(frame: string): unknown
  /** Calls `work`, and has all that it sends go out together. */
  cork(work: () => void): void
  subscribe(topic: string): void
  unsubscribe(topic: string): void
  /** Bytes accepted by `send` or published, and not yet taken by the network. */
  buffered(): number
  /** Begins the closing handshake. */
  close(code: number, reason: string): void
  /** Ends the connection at once. */
  terminate(): void
}

/** What a WebSocket server offers to the channel besides its sockets. */
export interface ChannelServer {
  /**
   * Sends a frame to every socket subscribed to the topic, but to those for whom more waits than `mostBuffered` of the
   * channel: it is owed to them.
   */
  publish(topic: string, frame: string): void
}

/** What the channel wants to be told of one socket. */
export interface ChannelEvents {
  /** A text message, as UTF-8. Only read during the call. */
  message(data: Uint8Array): void
  binary(): void
  /** The socket's buffer has shrunk. */
  drained(): void
  closed(): void
}
