import { setTimeout as sleep } from 'node:timers/promises'
import { type Account, PollError, pollError } from '@live-poll/client-sdk/protocol'
import type { LivePollApi } from './api.ts'
import { createVoteChannel, type VoteChannel } from './channel/vote-channel.ts'
import { createApi } from './create-api.ts'
import { createHandler, type Handler } from './http/create-handler.ts'
import { type Caller, createOrigins } from './http/origins.ts'
import type { Route } from './http/route.ts'
import { createStaticRoutes, type Readiness } from './http/static-routes.ts'
import { createWidgetFile } from './http/widget-file.ts'
import { type Core, chooseDatabase, openCore } from './open-core.ts'
import type { LivePollOptions } from './options.ts'
import { OptionError, resolveOptions } from './resolve-options.ts'

/** Realtime polls inside a host's own server. */
export interface LivePoll {
  /** Every action, typed, for the host's own code. */
  readonly api: LivePollApi
  /** Where the routes are, as in `/live-poll`. */
  readonly basePath: string
  /** Answers a request under `basePath`; undefined for any other. What the host shims call. */
  readonly handle: Handler
  /** What the WebSocket shims call. */
  readonly channel: Pick<VoteChannel, 'open' | 'attach'> & {
    /** `<basePath>/channel` */
    readonly path: string
    /** Bytes that may wait for a socket: while there are more, nothing is published to it. */
    readonly mostBuffered: number
    /** Whether who asks for the upgrade may connect, by what its headers say. */
    allows(caller: Caller): boolean
  }
  /** The accounts, for the host's own code. Each rejects with an `OptionError` where the option `accounts` is not set. */
  readonly accounts: {
    /** Makes an organizer of a voter, or the other way round, from their next request on. @returns whether there is such an account */
    setRole(email: string, role: Account['role']): Promise<boolean>
    /**
     * Deletes an account with its password, and ends its sessions. Votes stay, under keys that the id leads to:
     * `api.eraseVoter({ user: id })` afterwards forgets them, too. Safe to repeat.
     */
    deleteAccount(id: string): Promise<void>
  }
  /**
   * What this node has measured since its start, as `GET /metrics` answers it: in the text format of Prometheus, to stand
   * behind what the host's own registry says. Every name begins with `live_poll_`.
   */
  metrics(): Promise<string>
  /**
   * Opens the database and resolves when votes can be served; one that does not answer is waited for. Whatever is asked
   * meanwhile is answered `UNAVAILABLE`, and opens it as well: nobody has to call this.
   * @throws OptionError, or what the database says
   */
  ready(): Promise<void>
  /**
   * Makes the tables in the database, or brings them up to this version. Safe to repeat, from several processes at once and
   * while nodes of the version before serve votes. Needs no `ready()`.
   * @returns the names of the steps it has taken
   * @throws what the database says
   */
  migrate(): Promise<readonly string[]>
  /**
   * Leaves a fleet without anybody noticing: says that it is not ready, refuses new connections once that is known, sends
   * those it has to other nodes, spread out, and closes. Votes are taken and answered until the last has left. Safe to
   * repeat.
   *
   * @example process.once('SIGTERM', () => livePoll.drain().then(() => server.close().closeAllConnections()))
   */
  drain(options?: DrainOptions): Promise<void>
  /** Takes no more votes, answers those it took, closes the channel with 1012, ends what it opened. Safe to repeat. */
  close(): Promise<void>
}

/** In milliseconds. */
export interface DrainOptions {
  /** Until new connections are refused: as long as your load balancer takes to see that this node is not ready. @default 3000 */
  readonly delay?: number
  /** Over which the connections leave, each at a moment of its own. @default 15000 */
  readonly spread?: number
  /** In all; who is here still is then closed at once. Kubernetes kills after 30 s, if not told otherwise. @default 25000 */
  readonly limit?: number
}

/** Milliseconds between attempts to open a database that does not answer. */
const firstPause = 100
const longestPause = 5000

/**
 * Makes the polls of one app. Synchronous: the database opens at the first use, or with `await livePoll.ready()`.
 *
 * @throws OptionError for an option that cannot work
 * @example
 * export const livePoll = createLivePoll({ database: embedded({ directory: 'data' }) })
 * const poll = await livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })
 */
export function createLivePoll(given: LivePollOptions = {}): LivePoll {
  const options = resolveOptions(given)
  const origins = createOrigins(options.origins)
  const channel = createVoteChannel()
  let opening: Promise<Core> | undefined
  let opened: Core | undefined
  let document: Promise<object> | undefined
  let draining: Promise<void> | undefined
  let closing: Promise<void> | undefined

  function open(): Promise<Core> {
    if (closing) return Promise.reject(pollError('UNAVAILABLE', {}, 'This Live Poll has been closed.'))
    opening ??= openCore(options, origins, channel).then(
      (core) => {
        opened = core
        return core
      },
      (error) => {
        opening = undefined
        throw error
      },
    )
    return opening
  }

  async function openRoutes() {
    return (await open().catch(unavailable)).routes
  }

  async function checkReady(): Promise<Readiness> {
    if (draining) return { problems: ['draining'] }
    try {
      const { database, degraded } = await open()
      await database.check()
      const durability = database.unsafeSettings.length > 0 ? 'reduced' : 'full'
      return { problems: [], durability, degraded: degraded() }
    } catch (error) {
      options.logger.warn('Not ready.', error)
      return { problems: ['database'] }
    }
  }

  /** Made when somebody asks first: schemas take time, and few servers are ever asked. */
  function readDocument(staticRoutes: readonly Route[]): Promise<object> {
    document ??= makeDocument(staticRoutes).catch((error) => {
      document = undefined
      throw error
    })
    return document
  }

  async function makeDocument(staticRoutes: readonly Route[]): Promise<object> {
    const [{ writeDocument }, routes] = await Promise.all([import('./http/openapi/write-document.ts'), openRoutes()])
    return writeDocument([...routes, ...staticRoutes], options.basePath)
  }

  function unavailable(error: unknown): never {
    if (!closing) options.logger.error('Live Poll could not open.', error)
    throw pollError('UNAVAILABLE', { retryAfter: 1000 }, 'The server is not ready.')
  }

  async function drain({ delay = 3000, spread = 15_000, limit = 25_000 }: DrainOptions = {}): Promise<void> {
    const over = new AbortController()
    const within = (ms: number) => sleep(ms, undefined, { signal: over.signal }).catch(() => {})
    const leaving = within(delay).then(() => channel.drain(spread))
    await Promise.race([leaving, within(limit)])
    over.abort()
    await close()
  }

  function close(): Promise<void> {
    const opened = opening
    closing ??= (async () => {
      const core = await opened?.catch(() => undefined)
      await core?.close()
    })()
    return closing
  }

  const widgetFile = createWidgetFile(new URL('./widget/', import.meta.url))
  return {
    api: createApi(open),
    basePath: options.basePath,
    handle: createHandler({
      basePath: options.basePath,
      origins,
      logger: options.logger,
      staticRoutes: createStaticRoutes(widgetFile, checkReady, readDocument),
      routes: () => (opened && !closing ? opened.routes : openRoutes()),
    }),
    channel: {
      path: `${options.basePath}/channel`,
      mostBuffered: options.channel.fullBytes,
      allows: origins.allowsChannel,
      attach: channel.attach,
      open(socket) {
        open()
          .catch(unavailable)
          .catch(() => {})
        return channel.open(socket)
      },
    },
    accounts: {
      setRole: async (email, role) => accountsOf(await open()).setRole(email, role),
      deleteAccount: async (id) => accountsOf(await open()).deleteAccount(id),
    },
    metrics: async () => (await open()).metrics.text(),
    async ready() {
      for (let pause = firstPause; ; pause = Math.min(pause * 2, longestPause)) {
        try {
          await open()
          return
        } catch (error) {
          if (closing || !(error instanceof PollError) || error.code !== 'UNAVAILABLE') throw error
          options.logger.warn('The database does not answer; trying again.', error.cause)
        }
        await sleep(pause)
      }
    },
    migrate: async () => (await chooseDatabase(options)).migrate(),
    drain(times) {
      draining ??= drain(times)
      return draining
    },
    close,
  }
}

function accountsOf({ accounts }: Core) {
  if (!accounts) throw new OptionError('accounts', 'there are none.')
  return accounts
}
