import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster, Redis } from 'ioredis'
import type { Fleet, OpenFleet, Signal } from '../../ports/fleet.ts'
import type { Logger } from '../../ports/logger.ts'
import { type Channels, createChannels } from './channels.ts'
import { type Connections, connect } from './connect.ts'
import { createHealth, type Health } from './health.ts'
import { createRedisRateLimiter } from './rate-limiter.ts'
import { createRedisResultsBus } from './results-bus.ts'
import { look } from './scripts/look.ts'

/** Your client or an address, and how keys and channels begin. */
export type RedisOptions = (RedisClientOptions | RedisUrlOptions) & {
  /** Begins all keys and channels: two apps on one Redis need two. @default 'live-poll:' */
  readonly prefix?: string
}

interface RedisClientOptions {
  /**
   * The host's client of ioredis: `Redis`, also with Sentinel, or `Cluster`. It is copied for connections of our own and
   * stays the host's; its `keyPrefix` does not count.
   */
  readonly client: Redis | Cluster
}

interface RedisUrlOptions {
  /** Of one Redis, as in `redis://:password@host:6379/0`; `rediss:` for TLS. Needs the package ioredis. */
  readonly url: string
}

/** Milliseconds that a start waits for Redis: whatever is asked before it is there would fail. */
const patience = 1000

/** Milliseconds between two looks at whether all is well, on average. */
const interval = 1000

/**
 * Redis between several nodes on one database: results reach the screens of all nodes at once, limits and ended sessions
 * count on all of them. It decides nothing: without it, or with what it has forgotten, votes are counted the same.
 * Redis 7 or newer, or what understands the same.
 *
 * @throws Error for an option that cannot work
 * @example createLivePoll({ database: postgres({ pool }), secret, redis: redis({ client: new Redis(url) }) })
 */
export function redis(options: RedisOptions): Fleet {
  const { prefix = 'live-poll:' } = options
  if (/[{}]/.test(prefix)) throw new Error('redis: prefix: send one without braces: they are for hash tags.')
  if ('url' in options) {
    if (!/^rediss?:\/\//.test(options.url)) throw new Error('redis: url: send one such as redis://host:6379.')
  } else if (typeof options.client?.duplicate !== 'function') {
    throw new Error('redis: client: send a Redis or Cluster of ioredis, as in redis({ client: new Redis(url) }).')
  }
  return {
    name: 'redis',
    async open(logger) {
      const client = 'url' in options ? await fromUrl(options.url) : options.client
      return openRedis(connect(client), prefix, logger)
    },
  }
}

async function openRedis(connections: Connections, prefix: string, logger: Logger): Promise<OpenFleet> {
  const { commands, subscriber } = connections
  const health = createHealth(logger, connections.calm)
  for (const connection of new Set([commands, subscriber])) connection.on('error', health.failed)

  const signalsChannel = `${prefix}{signals}`
  const signalListeners = new Set<(signal: Signal) => void>()
  const listener = {
    heard(channel: string, text: string) {
      try {
        if (results.heard(channel, text)) return
        const signal = JSON.parse(text) as Signal
        for (const tell of signalListeners) tell(signal)
      } catch (error) {
        logger.error('A message of another node could not be understood.', error)
      }
    },
    listening: (names: readonly string[]) => results.listening(names),
  }
  const channels = createChannels(connections, listener, health)
  const results = createRedisResultsBus(connections, channels, health, prefix)
  channels.add(signalsChannel)
  await untilReady(connections)
  const stopLooking = await keepLooking(connections, channels, health)
  let closing: Promise<void> | undefined

  return {
    results,
    signals: {
      send: (signal) => channels.publish(signalsChannel, JSON.stringify(signal)),
      onSignal(tell) {
        signalListeners.add(tell)
        return () => signalListeners.delete(tell)
      },
    },
    createRateLimiter: (name, perSecond, burst) =>
      createRedisRateLimiter(connections, health, `${prefix}rate:${name}:`, perSecond, burst),
    problem: health.problem,
    close() {
      closing ??= (async () => {
        stopLooking()
        await results.settled()
        connections.close()
      })()
      return closing
    },
  }
}

/** Looks whether all servers work, also while nobody votes, and listens again where it was not possible before. */
async function keepLooking(connections: Connections, channels: Channels, health: Health): Promise<() => void> {
  const { commands, subscriber, isCluster } = connections
  let timer: NodeJS.Timeout | undefined
  let isStopped = false

  async function lookAgain() {
    try {
      const servers = connections.servers()
      if (commands.status !== 'ready' || servers.length === 0) throw new Error('The connection is not ready.')
      await Promise.all(servers.map((server) => server.eval(look, 0)))
      if (!isCluster) await (subscriber as Redis).ping() // one that hears nothing any more does not know it
      health.looksWell()
    } catch (error) {
      health.failed(error)
    }
    channels.tend()
    if (isStopped) return
    timer = setTimeout(lookAgain, interval * (0.75 + Math.random() / 2))
    timer.unref()
  }

  await lookAgain() // in a cluster it connects to each master, too
  return () => {
    isStopped = true
    clearTimeout(timer)
  }
}

async function untilReady({ commands, subscriber }: Connections): Promise<void> {
  const isReady = (connection: Redis | Cluster) =>
    new Promise<void>((resolve) => {
      if (connection.status === 'ready') resolve()
      else connection.once('ready', resolve)
    })
  const giveUp = new AbortController()
  const givenUp = sleep(patience, undefined, { signal: giveUp.signal }).catch(() => {})
  await Promise.race([Promise.all([isReady(commands), isReady(subscriber)]), givenUp])
  giveUp.abort()
}

async function fromUrl(url: string): Promise<Redis> {
  try {
    const { Redis } = await import('ioredis')
    return new Redis(url, { lazyConnect: true }) // never connected: it is copied
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new Error('redis: the package ioredis is missing. Run: npm install ioredis@6', { cause: error })
  }
}
