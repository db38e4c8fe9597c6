import { createPollClient, type WatchedPoll } from '@live-poll/client-sdk'
import type { Results } from '@live-poll/client-sdk/protocol'
import { afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { atLength } from '../at-length.ts'
import { type AckedVote, findMiscounts, recountResults } from '../recount.ts'
import { describeOnPostgres } from '../servers/postgres.ts'
import { describeOnRedis, startRedis } from '../servers/redis.ts'
import { startBalancer } from './balancer.ts'
import { createClosing, startFleetOnPostgres } from './fleet-on-postgres.ts'

const voters = 40
const times = { delay: 1000, spread: 5000, limit: 20_000 }

/** Milliseconds in which everybody is back. */
const promise = 60_000

const closing = createClosing()
afterEach(closing.closeAll)

describeOnPostgres('A fleet of three nodes behind a load balancer', () => {
  describeOnRedis('with a Redis between them', () => {
    test('is restarted node by node while all vote and watch: nothing is lost, and no voter sees an error', async () => {
      const viewers = atLength('viewers', 200, 2000)
      const { fleet, balancer, db } = await startAll()
      const server = `http://127.0.0.1:${balancer.port}/live-poll`
      const poll = { question: 'Lunch?', choices: ['Soup', 'Salad', 'Pie'] }
      const { id } = await (fleet.nodes[0] as (typeof fleet.nodes)[0]).call<{ id: string }>('POST', '/polls', poll)
      const errors: string[] = []
      const screens = Array.from({ length: voters + viewers }, (_, index) => watch(`screen ${index}`))
      const away = () => screens.filter((screen) => screen.state()?.transport !== 'websocket').length
      await expect.poll(away, { timeout: promise }).toBe(0)

      const acked: AckedVote[] = []
      let isOver = false
      const voting = Promise.all(screens.slice(0, voters).map(vote))
      for (const node of fleet.nodes) {
        const before = acked.length
        const started = performance.now()
        await node.restart(times)
        await expect.poll(away, { timeout: promise }).toBe(0)
        const seconds = (performance.now() - started) / 1000
        console.log(`${node.name}: restarted, all ${screens.length} there after ${seconds.toFixed(1)} s`)
        expect(acked.length).toBeGreaterThan(before)
      }
      isOver = true
      await voting

      expect(errors).toEqual([])
      expect(fleet.exits()).toEqual([])
      expect(fleet.started()).toBe(6)
      expect(await findMiscounts(db, id, acked)).toEqual([])
      const counted = await recountResults(db, id, poll.choices.length)
      const shown = () => new Set(screens.map((screen) => JSON.stringify(countsOf(screen.state()?.results))))
      await expect.poll(shown, { timeout: 5000 }).toEqual(new Set([JSON.stringify(counted)]))
      console.log(`${acked.length.toLocaleString('en-US')} votes acknowledged, each of them counted once`)

      function watch(name: string) {
        const client = createPollClient({ server, storage: null, WebSocket })
        closing.add(client.close)
        let state: WatchedPoll | undefined
        client.watch(id, (next) => {
          state = next
          if (next.error) errors.push(`${name} is shown ${next.error.code}`)
        })
        return { name, client, state: () => state }
      }

      async function vote({ name, client }: ReturnType<typeof watch>, index: number) {
        for (let turn = index; !isOver; turn++) {
          const choices = [1 + (turn % poll.choices.length)]
          try {
            acked.push({ voter: name, choices, ...(await client.vote(id, choices)) })
          } catch (error) {
            return void errors.push(`${name}'s vote ended with ${String(error)}`)
          }
        }
      }
    })
  })
})

function countsOf(results: Results | null | undefined) {
  return results && { votes: results.votes, voters: results.voters }
}

async function startAll() {
  const redis = await startRedis()
  closing.add(redis.stop)
  const { fleet, db } = await startFleetOnPostgres({ redisUrl: redis.url }, closing)
  const balancer = await startBalancer(() => fleet.nodes.map((node) => node.directServer()))
  closing.add(balancer.close)
  return { fleet, balancer, db }
}
