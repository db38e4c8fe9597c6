import type { ChannelLimits } from './channel/limits.ts'
import type { CaptchaOptions } from './identity/captcha.ts'
import type { Authorize, Identify } from './identity/host-user.ts'
import type { EndedSessions } from './identity/sessions.ts'
import type { Accounts } from './ports/accounts.ts'
import type { Database } from './ports/database.ts'
import type { EventSink } from './ports/event-sink.ts'
import type { Fleet } from './ports/fleet.ts'
import type { Hooks } from './ports/hooks.ts'
import type { ImageStore } from './ports/image-store.ts'
import type { Logger } from './ports/logger.ts'
import type { Shedding } from './upkeep/watch-load.ts'

/** Every option of `createLivePoll`. All of them have defaults that are safe for development. */
export interface LivePollOptions {
  /** Where polls and votes live. @default `embedded()`; required when NODE_ENV is production */
  readonly database?: Database
  /**
   * What several nodes on one database share besides it: `redis({ client })`. Results reach the screens of all nodes at
   * once, limits and ended sessions count on all of them. @default none: a node knows of the others through the database
   */
  readonly redis?: Fleet
  /**
   * At least 32 bytes. Voter keys and tokens come from it: keep it, and give every node the same one.
   * @default created in the embedded database's folder; required with any other database
   */
  readonly secret?: string
  /**
   * Secrets of 32 bytes or more to sign tokens with, the newest first: put a new one before the old to change it, and
   * take an old one away when its tokens have expired. Voters stay who they are. @default tokens come from `secret`
   */
  readonly tokenSecrets?: readonly string[]
  /**
   * Where the pictures of polls are: `s3({ client, bucket })`, `files({ directory })`, or one of these as `store` beside
   * other options; false: this server takes none. Needs the packages sharp, file-type and busboy.
   * @default `files` in the embedded database's folder; with any other database there is no place for them
   */
  readonly images?: ImageStore | ImageOptions | false
  /**
   * Who hears of every poll and every vote, at least once, as in `kafka({ producer, topic })`: events are written with what
   * they tell of, in its transaction, and delivered afterwards. The same on every node. @default none: nothing is written
   */
  readonly sinks?: readonly EventSink[]
  /** Says who sent a request, by the host's own session. @default nobody is signed in: voters are devices */
  readonly identify?: Identify
  /** Says who may do what organizers do, and who sees private polls. @default nobody may: organizers' actions work from code only */
  readonly authorize?: Authorize
  /**
   * Accounts for a host without a sign-in of its own, under `<basePath>/accounts`: `accounts()`. Takes the place of
   * `identify` and `endedSessions`; without `authorize`, organizers are the accounts with that role. @default none
   */
  readonly accounts?: Accounts
  /**
   * Which of these sessions, as `identify` named them, have ended: asked every two seconds about those that are connected,
   * and when a token comes. Their connections are closed. @default none; say it by `api.endSession`
   */
  readonly endedSessions?: EndedSessions
  /**
   * Devices that one network (/24 of IPv4, /64 of IPv6) may become, on average a minute and at once: enough for a hall
   * behind one address. Users and holders of invitations are not counted. @default 500 a minute, 5000 at once
   */
  readonly newDevices?: { readonly perMinute: number; readonly burst: number }
  /**
   * Proxies of your own that every request passes: as many of the last addresses in `X-Forwarded-For` are believed.
   * @default 0: the header is not looked at
   */
  readonly trustedProxies?: number
  /** Checks what the page's captcha says, for polls with `needsCaptcha`. @default none: no poll can ask for one */
  readonly captcha?: CaptchaOptions
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
  /**
   * Milliseconds between two readings of one poll for its screens, at least, and between two for a crowd that begins to watch
   * it. One that nobody watches on any node is read every two seconds at most. @default 100
   */
  readonly resultsInterval?: number
  /** Votes in one transaction. @default 1000 */
  readonly batchSize?: number
  /** Votes that may wait for the database; more are answered `BUSY`. @default 20000 */
  readonly queueSize?: number
  /** Milliseconds a vote may have to wait, by estimate; longer is answered `BUSY`. @default 2000 */
  readonly queueWait?: number
  /**
   * Your own code around votes and polls: `{ beforeVote, afterVote, beforeCreate, afterCreate, afterEdit, afterClose,
   * afterReset, afterDelete, timeout }`, each as you need it. @default none
   */
  readonly hooks?: Hooks
  /** Limits of channel connections. */
  readonly channel?: Partial<ChannelLimits>
  /**
   * From which lag of the event loop on, in milliseconds, this node turns away new connections, then questions, then votes
   * (`BUSY`). Infinity: never. @default { connections: 500, watches: 1000, votes: 3000 }
   */
  readonly shedding?: Partial<Shedding>
  /** Where it is said what happened: never a secret, a token or a voter's identity. @default console, without `info` */
  readonly logger?: Logger
}

/** Where pictures are, and how much of them is taken. */
export interface ImageOptions {
  /** Where the pictures are. @default as for `images` */
  readonly store?: ImageStore
  /** Of one upload. @default 5242880, 5 MiB */
  readonly maxBytes?: number
  /** Bytes of all that is kept of one owner's pictures. @default 524288000, 500 MiB */
  readonly quota?: number
  /**
   * Where browsers find a picture instead of here: a URL of a CDN, or one that is signed for it. They have been let see it.
   * @param key of the object, without the `prefix` of `s3`
   * @default its bytes come from this server
   */
  readonly redirect?: (key: string, object: { readonly contentType: string }) => string | Promise<string>
}
