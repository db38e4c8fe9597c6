/** What connections may ask of this node, one of them where nothing else is said. Times are milliseconds. */
export interface ChannelLimits {
  /** Of all together: new ones a second, and as many at once; more are closed with 1013 and come back. @default 500 */
  readonly connectionsPerSecond: number
  /** Polls a connection may watch. @default 128 */
  readonly watchedPolls: number
  /** Messages a second, on average. A relay is limited by the vote queue alone. @default 10 */
  readonly messagesPerSecond: number
  /** Messages at once. @default 20 */
  readonly messageBurst: number
  /** Until `hello`. @default 10000 */
  readonly hello: number
  /** Bytes buffered for a socket above which snapshots are skipped, and questions wait. @default 65536 */
  readonly slowBytes: number
  /** How long a socket may stay above it without a break. @default 10000 */
  readonly slowTime: number
  /** Bytes buffered at which a socket is closed. @default 262144 */
  readonly fullBytes: number
}

export const defaultChannelLimits: ChannelLimits = {
  connectionsPerSecond: 500,
  watchedPolls: 128,
  messagesPerSecond: 10,
  messageBurst: 20,
  hello: 10_000,
  slowBytes: 64 * 1024,
  slowTime: 10_000,
  fullBytes: 256 * 1024,
}

/** Malformed messages until a connection is closed. */
export const badMessages = 5

/** Messages refused for their rate, without one accepted between them, until a connection is closed. */
export const refusedMessages = 100

/** Bytes a WebSocket server reads of one message before it gives up on the connection by itself. */
export const maxPayloadBytes = 64 * 1024

/** Milliseconds between a socket's pings. */
export const pingInterval = 25_000

/** Milliseconds between asking a socket to close and ending it. */
export const closeGrace = 1000

/** UTF-16 code units sent until it is looked whether they are read. */
export const lookEvery = 16 * 1024
