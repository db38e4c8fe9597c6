import { setTimeout as pass } from 'node:timers/promises'
import type { Relay } from '@live-poll/client-sdk'
import type { Poll, Results } from '@live-poll/client-sdk/protocol'
import { afterEach, expect, test } from 'vitest'
import { castFirstChoices } from '../../../../examples/minneapolis-replay/src/cast-first-choices.ts'
import { first } from '../../../../examples/minneapolis-replay/src/first.ts'
import { readBallots } from '../../../../examples/minneapolis-replay/src/read-ballots.ts'
import { readPublished } from '../../../../examples/minneapolis-replay/src/read-published.ts'
import { atLength } from '../at-length.ts'
import { recountResults } from '../recount.ts'
import { describeOnPostgres } from '../servers/postgres.ts'
import { describeOnRedis, startRedisCluster } from '../servers/redis.ts'
import type { FleetNode } from './fleet.ts'
import { createClosing, relayTo, startFleetOnPostgres } from './fleet-on-postgres.ts'

/** Votes a second, over all nodes. */
const pace = 2000

const closing = createClosing()
afterEach(closing.closeAll)

describeOnPostgres('The Minneapolis election of 2013, on three nodes', () => {
  describeOnRedis('with a Redis Cluster between them', () => {
    test('is counted as published while one node after the other is killed', async () => {
      const all = 80_101
      const ballots = atLength('ballots', 16_000, all)
      const pause = atLength('ms between kills', 1500, 5000)
      const { fleet, db } = await startAll()
      const { contest, firstChoices } = await readPublished()
      const [one] = fleet.nodes as readonly [FleetNode]
      const poll = await one.call<Poll>('POST', '/polls', { question: contest, choices: [...firstChoices.keys()] })

      const relays = fleet.nodes.map((node) => relayTo(node, closing))
      let turn = 0
      const relay: Pick<Relay, 'vote'> = { vote: (vote) => (relays[turn++ % relays.length] as Relay).vote(vote) }
      let isOver = false
      let kills = 0
      async function kill() {
        let due = performance.now()
        while (!isOver) {
          due += pause
          await pass(due - performance.now())
          if (!isOver) await (fleet.nodes[kills++ % fleet.nodes.length] as FleetNode).replace()
        }
      }
      const killing = kill()
      const paced = atPace(pace, first(ballots, readBallots(undefined)))
      const report = await castFirstChoices({ relay, poll, ballots: paced, inFlight: 20_000 })
      isOver = true
      await killing
      const { cast, blank, seconds, acknowledged } = report
      const speed = Math.round(cast / seconds).toLocaleString('en-US')
      console.log(
        `${cast} votes and ${blank} blank ballots in ${seconds.toFixed(1)} s, ${speed} votes/s; ${kills} kills`,
      )
      console.log(`acknowledged in p50 ${acknowledged.p50.toFixed(1)} ms, p99 ${acknowledged.p99.toFixed(1)} ms`)

      expect(fleet.exits()).toEqual([])
      expect(kills).toBeGreaterThanOrEqual(ballots === all ? 7 : 1)
      const expected = ballots === all ? firstChoices : report.votes
      const votes = poll.choices.map(({ label }) => expected.get(label) ?? 0)
      expect(await recountResults(db, poll.id, votes.length)).toEqual({ votes, voters: cast })
      await one.call('POST', `/polls/${poll.id}/close`)
      for (const node of fleet.nodes) {
        const results = await node.call<Results>('GET', `/polls/${poll.id}/results`)
        expect(results, node.name).toMatchObject({ state: 'closed', votes, voters: cast })
      }
    })
  })
})

/** Not faster than so many a second: what is late is made up for. */
async function* atPace<T>(perSecond: number, items: AsyncIterable<T>): AsyncGenerator<T> {
  const started = performance.now()
  let count = 0
  for await (const item of items) {
    const early = started + (count++ * 1000) / perSecond - performance.now()
    if (early > 5) await pass(early)
    yield item
  }
}

async function startAll() {
  const cluster = await startRedisCluster()
  closing.add(cluster.stop)
  return startFleetOnPostgres({ redisPorts: cluster.masters.map(({ port }) => port) }, closing)
}
