import type { Relay } from '@live-poll/client-sdk'
import type { Results } from '@live-poll/client-sdk/protocol'
import { type Kysely, sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Tables } from '../../src/adapters/sql/tables.ts'
import { atLength } from '../at-length.ts'
import { type AckedVote, findMiscounts } from '../recount.ts'
import { describeOnPostgres } from '../servers/postgres.ts'
import { describeOnRedis, startRedis } from '../servers/redis.ts'
import type { Fleet, FleetNode } from './fleet.ts'
import { createClosing, relayTo, startFleetOnPostgres } from './fleet-on-postgres.ts'

const choices = ['Soup', 'Salad', 'Pie']

/** Voters at once on each node; each votes, and then changes the vote twice. */
const lanes = 300
const votesEach = 3

const closing = createClosing()

describeOnPostgres('A hot poll on three nodes', () => {
  describeOnRedis('with a Redis between them', () => {
    let fleet: Fleet
    let db: Kysely<Tables>
    let relays: readonly Relay[]
    beforeAll(async () => {
      const redis = await startRedis()
      closing.add(redis.stop)
      ;({ fleet, db } = await startFleetOnPostgres({ redisUrl: redis.url }, closing))
      relays = fleet.nodes.map((node) => relayTo(node, closing))
    })
    afterAll(closing.closeAll)

    test.each([1, 4, 16])('has the right sum at every read, in %i boxes', async (boxes) => {
      const votes = atLength(`votes in ${boxes} boxes`, 3000, 90_000)
      const [one] = fleet.nodes as readonly [FleetNode]
      const { id } = await one.call<{ id: string }>('POST', '/polls', { question: 'Lunch?', choices, boxes })
      const acked: AckedVote[] = []
      let voters = 0
      let isOver = false
      const vote = async (index: number) => {
        const relay = relays[index % relays.length] as Relay
        while (voters * votesEach < votes) {
          const voter = `voter-${++voters}`
          for (let revision = 0; revision < votesEach; revision++) {
            const ballot = [1 + ((voters + revision) % choices.length)]
            const vote = { pollId: id, voter, choices: ballot, voteId: `${voter}.${revision}`, revision, epoch: 1 }
            const receipt = await relay.vote(vote)
            acked.push({ voter, voteId: receipt.voteId, revision: receipt.revision, choices: ballot })
          }
        }
      }
      const reading = Promise.all([...fleet.nodes.map(readFromNode), readFromDatabase()])
      const started = performance.now()
      await Promise.all(Array.from({ length: lanes * relays.length }, (_, index) => vote(index)))
      const seconds = (performance.now() - started) / 1000
      isOver = true
      const reads = (await reading).reduce((sum, count) => sum + count, 0)
      const speed = Math.round(acked.length / seconds).toLocaleString('en-US')
      console.log(`${boxes} boxes: ${speed} votes/s, ${acked.length} votes, ${reads} reads`)
      expect(await findMiscounts(db, id, acked)).toEqual([])

      /** As everybody reads it: one choice a voter, and never fewer voters than before. */
      async function readFromNode(node: FleetNode) {
        let last = { version: 0, voters: 0 }
        let count = 0
        for (; !isOver; count++) {
          const results = await node.call<Results>('GET', `/polls/${id}/results`)
          expect(results.votes.reduce((sum, each) => sum + each, 0)).toBe(results.voters)
          expect(results.version).toBeGreaterThanOrEqual(last.version)
          expect(results.voters).toBeGreaterThanOrEqual(last.voters)
          last = results
        }
        return count
      }

      /** Tallies and votes of one moment. */
      async function readFromDatabase() {
        let count = 0
        for (; !isOver; count++) {
          const known = new Set(acked.map(({ voter }) => voter)).size
          const { rows } = await sql<{ tallied: number; voted: number }>`
            select coalesce((select sum(votes) from live_poll_tallies where poll_id = ${id}), 0)::int
                as tallied,
              (select count(*) from live_poll_votes where poll_id = ${id} and choices is not null)::int as voted`.execute(
            db,
          )
          const [row] = rows
          expect(row?.tallied).toBe(row?.voted)
          expect(row?.voted).toBeGreaterThanOrEqual(known)
        }
        return count
      }
    })
  })
})
