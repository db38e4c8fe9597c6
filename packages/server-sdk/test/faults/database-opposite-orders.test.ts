import { createLivePoll } from '@live-poll/server-sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { atLength } from '../at-length.ts'
import { createRecordingLogger } from '../recording-logger.ts'
import { type AckedVote, findMiscounts } from '../recount.ts'
import { nodeSecret } from '../servers/start-nodes.ts'
import { databaseAdapters } from './database-adapters.ts'
import { type DatabaseOnOwnServer, describeOnEach } from './database-faults.ts'
import { type DatabaseNode, startDatabaseNode } from './database-start-node.ts'

const polls = 200
/** Milliseconds. */
const duration = atLength('ms of opposite orders', 4000, 60_000)
/** Each polls the same boxes in the opposite order; several rounds of each are in flight at once. */
const roundsAtOnce = 3

describeOnEach(
  `Two processes with batches over ${polls} polls in opposite orders, for ${duration / 1000} s`,
  ({ start }) => {
    let database: DatabaseOnOwnServer
    beforeAll(async () => {
      database = await start()
    })
    afterAll(() => database?.server.stop())

    test('no deadlock, no vote lost, and every recount is equal', async () => {
      const { name, url } = database
      const logger = createRecordingLogger()
      const organizer = createLivePoll({ database: databaseAdapters[name](url), secret: nodeSecret, logger })
      const pollIds: string[] = []
      for (let poll = 0; poll < polls; poll++) {
        pollIds.push((await organizer.api.createPoll({ question: `Poll ${poll}?`, choices: ['Yes', 'No'] })).id)
      }
      await organizer.close()
      const nodes = await Promise.all([startDatabaseNode(name, url), startDatabaseNode(name, url)])
      const acked = new Map<string, AckedVote[]>(pollIds.map((id) => [id, []]))
      const end = performance.now() + duration
      let casts = 0

      async function castRounds(node: DatabaseNode, voter: string, order: readonly string[]) {
        for (let revision = 0; performance.now() < end; revision++) {
          const choices = [1 + (revision % 2)]
          const votes = order.map((pollId) => ({ pollId, voter, voteId: `${voter}-${revision}`, choices, revision }))
          const answers = await node.castAll(votes)
          for (const [index, answer] of answers.entries()) {
            const { pollId = '', voteId = '' } = votes[index] ?? {}
            expect(answer).toEqual({ voteId, revision: revision + 1, epoch: 1 })
            acked.get(pollId)?.push({ voter, voteId, revision: revision + 1, choices })
          }
          casts += answers.length
        }
      }

      try {
        const orders = [pollIds, [...pollIds].reverse()]
        await Promise.all(
          nodes.flatMap((node, side) =>
            Array.from({ length: roundsAtOnce }, (_, round) =>
              castRounds(node, `node-${side}-voter-${round}`, orders[side] ?? pollIds),
            ),
          ),
        )
        console.log(`${name}: ${casts} votes in ${duration / 1000} s`)
        expect(casts).toBeGreaterThanOrEqual(polls * 2 * roundsAtOnce)
        expect(await database.countDeadlocks()).toBe(0)
        const { db, close } = database.connect()
        for (const [pollId, votes] of acked) expect(await findMiscounts(db, pollId, votes)).toEqual([])
        await close()
        expect(nodes.map((node) => node.exit())).toEqual([undefined, undefined])
      } finally {
        for (const node of nodes) await node.stop()
      }
    })
  },
)
