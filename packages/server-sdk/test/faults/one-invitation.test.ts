import { createLivePoll, type LivePoll, type PollInput } from '@live-poll/server-sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRecordingLogger } from '../recording-logger.ts'
import { nodeSecret } from '../servers/start-nodes.ts'
import { databaseAdapters } from './database-adapters.ts'
import { type DatabaseOnOwnServer, describeOnEach } from './database-faults.ts'
import { type DatabaseNode, startDatabaseNode } from './database-start-node.ts'

const hands = 50
const rounds = process.env.LIVE_POLL_TEST_LONG ? 100 : 10

describeOnEach(`One invitation in ${hands} hands, over three processes, ${rounds} times`, ({ start }) => {
  let database: DatabaseOnOwnServer
  let organizer: LivePoll
  let nodes: readonly DatabaseNode[] = []
  beforeAll(async () => {
    database = await start()
    const { name, url } = database
    const logger = createRecordingLogger()
    organizer = createLivePoll({ database: databaseAdapters[name](url), secret: nodeSecret, logger })
    nodes = await Promise.all([1, 2, 3].map(() => startDatabaseNode(name, url)))
  })
  afterAll(async () => {
    for (const node of nodes) await node.stop()
    await organizer?.close()
    await database?.server.stop()
  })

  /** All at once, each by a voter of its own. @returns how often each answer came */
  async function race(pollId: string, invitation: string, round: number) {
    const votes = Array.from({ length: hands }, (_, hand) => ({
      ...{ pollId, invitation, voter: `${round}-hand-${hand}`, voteId: `${round}-${hand}`, choices: [1 + (hand % 2)] },
      revision: 0,
    }))
    const shares = nodes.map((node, index) => node.castAll(votes.filter((_, hand) => hand % nodes.length === index)))
    const answers = new Map<string, number>()
    for (const { code = 'accepted' } of (await Promise.all(shares)).flat()) {
      answers.set(code, (answers.get(code) ?? 0) + 1)
    }
    return Object.fromEntries(answers)
  }

  // Boxes of its own for many of the voters, so that they meet at the invitation alone.
  test.each<[string, Partial<PollInput>, string]>([
    ['beside an account', { voters: ['account', 'invitation'], boxes: 8 }, 'INVITATION_USED'],
    ['alone, and no vote may change', { voters: 'invitation', canChange: false, boxes: 8 }, 'ALREADY_VOTED'],
    ['alone, and votes may change', { voters: 'invitation', boxes: 8 }, 'REVISION_CONFLICT'],
  ])('gives one vote: %s', async (_, fields, refusal) => {
    const { id } = await organizer.api.createPoll({ question: 'Who?', choices: ['Ada', 'Bob'], ...fields })
    const invitations = await organizer.api.createInvitations(id, { count: rounds })
    for (const [round, { code }] of invitations.entries()) {
      expect(await race(id, code, round)).toEqual({ accepted: 1, [refusal]: hands - 1 })
    }
    expect(await organizer.api.countInvitations(id)).toEqual({ created: rounds, used: rounds, revoked: 0 })
    expect(await organizer.api.getResults(id)).toMatchObject({ voters: rounds })
    expect(await organizer.api.recountPoll(id)).toEqual({ ballots: rounds, differences: [] })
    expect(await database.countDeadlocks()).toBe(0)
  })
})
