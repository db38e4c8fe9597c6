import type { ChannelLimits } from './channel/limits.ts'
import type { Authorize, Identify } from './identity/host-user.ts'
import type { Database } from './ports/database.ts'
import type { Logger } from './ports/logger.ts'

/** Every option of `createLivePoll`. All of them have defaults that are safe for development. */
export interface LivePollOptions {
  /** Where polls and votes live. @default `embedded()`; required when NODE_ENV is production */
  readonly database?: Database
  /**
   * At least 32 bytes. Voter keys and tokens come from it: keep it, and give every node the same one.
   * @default created in the embedded database's folder; required with any other database
   */
  readonly secret?: string
  /** @default nobody is signed in: voters are devices */
  readonly identify?: Identify
  /** @default nobody may: organizers' actions work from code only */
  readonly authorize?: Authorize
  /** A key (`lpa_` and at least 32 characters) that may do everything over HTTP. For development. @default none */
  readonly adminKey?: string
  /** Where the API is mounted. @default '/live-poll' */
  readonly basePath?: string
  /**
   * Where browsers find the channel when it is not on the API's own host and port: a URL with the path
   * `<basePath>/channel`, as in `wss://votes.example.org/live-poll/channel`, or only a port and that path, as in
   * `:3001/live-poll/channel`, for whatever name the page knows the host by. @default null
   */
  readonly channelUrl?: string | null
  /** Origins whose pages may use this server besides its own, or '*' for all (without cookies). @default [] */
  readonly origins?: readonly string[] | '*'
  /** Life of a voter token in milliseconds. @default 31536000000, a year */
  readonly voterTokenLife?: number
  /** Milliseconds between two publications of one poll's results, at least. @default 100 */
  readonly resultsInterval?: number
  /** Votes in one transaction. @default 500 */
  readonly batchSize?: number
  /** Votes that may wait for the database; more are answered `BUSY`. @default 20000 */
  readonly queueSize?: number
  /** Milliseconds a vote may have to wait, by estimate; longer is answered `BUSY`. @default 2000 */
  readonly queueWait?: number
  /** Limits of one channel connection. */
  readonly channel?: Partial<ChannelLimits>
  /** @default console, without `info` */
  readonly logger?: Logger
}
