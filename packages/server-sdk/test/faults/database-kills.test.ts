import { createLivePoll } from '@live-poll/server-sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRecordingLogger } from '../recording-logger.ts'
import { type AckedVote, findMiscounts } from '../recount.ts'
import { nodeSecret } from '../servers/start-nodes.ts'
import { databaseAdapters } from './database-adapters.ts'
import { type DatabaseOnOwnServer, describeOnEach } from './database-faults.ts'
import { startDatabaseNode } from './database-start-node.ts'

const kills = 7
const voters = 64
/** Acknowledged votes between two kills. */
const acksBetween = 400

describeOnEach(`The database killed by SIGKILL ${kills} times under load`, ({ start }) => {
  let database: DatabaseOnOwnServer
  beforeAll(async () => {
    database = await start()
  })
  afterAll(() => database?.server.stop())

  test('no node exits, every vote is answered in the end, and what was answered is in the box', async () => {
    const { name, server, url } = database
    const organizer = createLivePoll({
      database: databaseAdapters[name](url),
      secret: nodeSecret,
      logger: createRecordingLogger(),
    })
    const { id: pollId } = await organizer.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })
    await organizer.close()
    const nodes = await Promise.all([startDatabaseNode(name, url), startDatabaseNode(name, url)])
    const acked: AckedVote[] = []
    const unanswered: Record<string, number> = {}
    let isOver = false

    /** Casts votes one after the other, each under its id until it is answered, at whichever node is next. */
    async function vote(index: number) {
      const voter = `voter-${index}`
      for (let revision = 0; !isOver; revision++) {
        const choices = [1 + ((index + revision) % 2)]
        const voteId = `${voter}-${revision}`
        for (let turn = index; ; turn++) {
          const node = nodes[turn % nodes.length]
          const [answer] = (await node?.castAll([{ pollId, voter, voteId, choices, revision }])) ?? []
          if (answer?.revision === revision + 1) break
          const code = answer?.code ?? `revision ${answer?.revision}`
          unanswered[code] = (unanswered[code] ?? 0) + 1
          if (code !== 'UNAVAILABLE' && code !== 'BUSY') throw new Error(`${voteId} was answered ${code}.`)
        }
        acked.push({ voter, voteId, revision: revision + 1, choices })
      }
    }

    try {
      const voting = Promise.all(Array.from({ length: voters }, (_, index) => vote(index)))
      const failed = voting.then(() => Promise.reject(new Error('The voting ended before the last kill.')))
      failed.catch(() => {}) // who waits for it is told
      for (let kill = 1; kill <= kills; kill++) {
        const enough = acked.length + acksBetween
        await Promise.race([failed, expect.poll(() => acked.length, { timeout: 60_000 }).toBeGreaterThan(enough)])
        await server.kill()
        await server.start()
      }
      const enough = acked.length + acksBetween
      await Promise.race([failed, expect.poll(() => acked.length, { timeout: 60_000 }).toBeGreaterThan(enough)])
      isOver = true
      await voting
      console.log(
        `${name}: ${acked.length} votes acknowledged, ${kills} kills, not at once: ${JSON.stringify(unanswered)}`,
      )

      expect(nodes.map((node) => node.exit())).toEqual([undefined, undefined])
      const { db, close } = database.connect()
      expect(await findMiscounts(db, pollId, acked)).toEqual([])
      await close()
    } finally {
      isOver = true
      for (const node of nodes) await node.stop()
    }
  })
})
