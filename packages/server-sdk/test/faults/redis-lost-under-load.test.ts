import { setTimeout as pass } from 'node:timers/promises'
import type { WatchedPoll } from '@live-poll/client-sdk'
import { afterEach, expect, test } from 'vitest'
import { describeOnPostgres } from '../servers/postgres.ts'
import { describeOnRedis, startRedis, type TestRedis } from '../servers/redis.ts'
import { checkFleet } from './check-fleet.ts'
import type { FleetNode } from './fleet.ts'
import { createClosing, startFleetOnPostgres } from './fleet-on-postgres.ts'
import { startLine } from './line.ts'
import { type Load, startLoad } from './load.ts'
import { type ScreenLag, watchLag } from './screen-lag.ts'
import { seededRandom } from './seeded-random.ts'

/** Few enough that the machine is not what is measured. */
const voters = 20
const choices = ['Soup', 'Salad', 'Pie']

/** Milliseconds in which a screen shows what is committed. */
const promise = 2000

/** Milliseconds that a fault, and what follows it, is watched. */
const watched = 4000

const closing = createClosing()
afterEach(closing.closeAll)

describeOnPostgres('Three nodes under votes', () => {
  describeOnRedis('whose Redis', () => {
    test('is wiped, and then killed: no vote is refused, and screens are right within two seconds', async () => {
      const redis = await startRedis()
      closing.add(redis.stop)
      const { lag, load, check } = await startAll(redis)
      await report('with a Redis that works', lag, load)
      await redis.client.flushall()
      await report('wiped', lag, load)
      await redis.kill()
      await report('killed', lag, load)
      await redis.start()
      await report('started again', lag, load)
      await check()
    })

    test('loses its replica to a black hole, and then fails over to it: the same', async () => {
      const primary = await startRedis()
      closing.add(primary.stop)
      const replication = await startLine(primary.port)
      closing.add(replication.close)
      const replica = await startRedis('--replicaof', `127.0.0.1 ${replication.port}`)
      closing.add(replica.stop)
      await expect
        .poll(() => replica.client.info('replication'), { timeout: 20_000 })
        .toContain('master_link_status:up')
      const { fleet, lag, load, check } = await startAll(primary)
      await report('with a replica that follows', lag, load)
      replication.stop()
      await report('with a replica that hears no more', lag, load)
      const [known, kept] = await Promise.all([primary, replica].map(({ client }) => client.info('replication')))
      expect(offsetOf(known)).toBeGreaterThan(offsetOf(kept))
      await primary.kill()
      await replica.client.call('REPLICAOF', 'NO', 'ONE')
      for (const { redisLine } of fleet.nodes) redisLine?.leadTo(replica.port)
      await report('failed over to what the replica had', lag, load)
      replication.resume()
      await check()
    })
  })
})

const offsetOf = (info: string | undefined) => Number(/(?:master|slave)_repl_offset:(\d+)/.exec(info ?? '')?.[1])

/** Watches for a while, in which votes go on. */
async function report(what: string, lag: ScreenLag, load: Load) {
  const before = load.count()
  lag.worst()
  await pass(watched)
  const [votes, worst] = [load.count() - before, lag.worst()]
  console.log(`${what}: ${votes} votes in ${watched / 1000} s, no screen more than ${worst} ms behind`)
  expect(load.wrong).toEqual([])
  expect(votes).toBeGreaterThan(0)
  expect(worst).toBeLessThanOrEqual(promise)
}

async function startAll(redis: TestRedis) {
  const { fleet, db } = await startFleetOnPostgres({ redisUrl: redis.url }, closing)
  const [one] = fleet.nodes as readonly [FleetNode]
  const ballot = { kind: 'choose', min: 1, max: 2 }
  const { id } = await one.call<{ id: string }>('POST', '/polls', { question: 'Lunch?', choices, ballot })
  const polls = [{ id, choices: choices.length }]
  const load = startLoad(fleet, { polls, voters, random: seededRandom(6) })
  closing.add(load.close)
  const screens = (pollId: string): readonly (WatchedPoll | undefined)[] =>
    fleet.nodes.flatMap((node) => load.screens(node, pollId))
  await expect.poll(() => screens(id).every((screen) => screen?.results), { timeout: 20_000 }).toBe(true)
  const lag = watchLag(db, [id], screens)
  closing.add(lag.stop)
  return {
    fleet,
    lag,
    load,
    /** That every vote was acknowledged, and every node and screen shows what the database holds. */
    async check() {
      await load.end()
      const { equalAfter: _, ...found } = await checkFleet(fleet, load, polls, db)
      expect(found).toEqual({ miscounts: [], wrong: [], differences: [], notFrozen: [], exits: [] })
      expect(load.counts.unknown).toBe(0)
    },
  }
}
