import { createPollClient, type Relay } from '@live-poll/client-sdk'
import { WebSocket } from 'ws'
import { createPostgresDatabase } from '../servers/postgres.ts'
import { connectPostgres } from '../servers/postgres-database.ts'
import { nodeSecret } from '../servers/start-nodes.ts'
import { type FleetNode, fleetAdminKey, startFleet } from './fleet.ts'
import type { FleetNodeStart } from './fleet-node.ts'

/** What a test has opened, each with how it is closed: the last one first. */
export function createClosing() {
  const closing: (() => unknown)[] = []
  return {
    add: (...closes: readonly (() => unknown)[]) => void closing.push(...closes),
    async closeAll() {
      for (const close of closing.splice(0).reverse()) await close()
    },
  }
}
type Closing = ReturnType<typeof createClosing>

/** Three nodes on a new Postgres database, and the test's own way into it. */
export async function startFleetOnPostgres(redis: Pick<FleetNodeStart, 'redisUrl' | 'redisPorts'>, closing: Closing) {
  const database = await createPostgresDatabase()
  closing.add(database.drop)
  const { db, close } = connectPostgres(database.url)
  closing.add(close)
  const fleet = await startFleet(3, { database: 'postgres', url: database.url, ...redis }, nodeSecret)
  closing.add(fleet.stop)
  return { fleet, db }
}

/** Casts for many voters at one node, by way of its door: that stays whatever process stands there. */
export function relayTo(node: FleetNode, closing: Closing): Relay {
  const client = createPollClient({ server: node.server, token: fleetAdminKey, WebSocket })
  const relay = client.relay(() => client.api.admitRelay())
  closing.add(() => relay.close(), client.close)
  return relay
}
