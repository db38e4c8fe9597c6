import type { Cluster, Redis } from 'ioredis'

/** Connections of our own to the host's Redis. */
export interface Connections {
  /** For commands: each is answered, or fails, within a second. */
  readonly commands: Redis | Cluster
  /** For channels. In a cluster the same: it has subscribers of its own. */
  readonly subscriber: Redis | Cluster
  readonly isCluster: boolean
  /** Every server that must work: in a cluster, all masters. */
  servers(): readonly Redis[]
  /** Milliseconds that have to pass without a failure until all is well. */
  readonly calm: number
  close(): void
}

/** Milliseconds until a command that is not answered has failed. */
const patience = 1000

/** Milliseconds at most between two attempts to connect. */
const longestPause = 2000

/** It is tried for ever, and never by all nodes at once. */
const pauseBefore = (attempt: number) => Math.random() * Math.min(longestPause, 100 * 2 ** Math.min(attempt, 5))

/**
 * Nothing waits in a queue of its own for a Redis that is gone, and nothing is sent twice: by default ioredis keeps
 * commands for a reconnect, and replays those whose answer was lost.
 */
const hardened = {
  autoResendUnfulfilledCommands: false,
  commandTimeout: patience,
  // Without it, a Redis that hangs is written to on and on: a command that has timed out stays in ioredis's memory.
  socketTimeout: patience,
  connectTimeout: patience * 2,
  maxRetriesPerRequest: 0,
  enableReadyCheck: true,
  autoResubscribe: false, // see channels
  enableAutoPipelining: false,
  keyPrefix: '',
  // A master that has become a replica: its name may lead to the new one now.
  reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
} as const

/** @param client the host's: it is copied, and stays the host's */
export function connect(client: Redis | Cluster): Connections {
  return isCluster(client) ? connectCluster(client) : connectServer(client)
}

function isCluster(client: Redis | Cluster): client is Cluster {
  return client.isCluster
}

function connectServer(client: Redis): Connections {
  const options = {
    ...hardened,
    enableOfflineQueue: false,
    retryStrategy: pauseBefore,
    readOnly: false,
    lazyConnect: false,
  }
  const [commands, subscriber] = [client.duplicate(options), client.duplicate(options)]
  return {
    ...{ commands, subscriber, isCluster: false },
    servers: () => [commands],
    calm: patience,
    close() {
      commands.disconnect()
      subscriber.disconnect()
    },
  }
}

function connectCluster(client: Cluster): Connections {
  const cluster = client.duplicate([], {
    redisOptions: { ...hardened, lazyConnect: true }, // or subscribers connect before it is known what to
    enableOfflineQueue: false,
    enableAutoPipelining: false,
    lazyConnect: false,
    keyPrefix: '',
    scaleReads: 'master',
    shardedSubscribers: true,
    clusterRetryStrategy: pauseBefore,
    clusterNodeRetryStrategy: null, // a node that is lost is looked for in the map of the cluster
    slotsRefreshInterval: longestPause,
    // A command fails at once instead of wandering about while nodes are away.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    maxRedirections: 3,
  })
  return {
    ...{ commands: cluster, subscriber: cluster, isCluster: true },
    servers: () => cluster.nodes('master'),
    calm: longestPause + patience, // a master that is lost is in no look until the map is read again
    close: () => cluster.disconnect(),
  }
}
