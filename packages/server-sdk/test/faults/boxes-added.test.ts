import type { LivePoll } from '@live-poll/server-sdk'
import { sql } from 'kysely'
import { afterEach, expect, test } from 'vitest'
import { postgresSql } from '../../src/adapters/postgres/postgres-sql.ts'
import type { BoxKey, SqlDialect } from '../../src/adapters/sql/sql-dialect.ts'
import { findMiscounts } from '../recount.ts'
import { describeOnPostgres } from '../servers/postgres.ts'
import { closeGate, holdBox, untilWaiting } from '../servers/postgres-gate.ts'
import { castOn, startTwoNodes, type TwoNodes } from '../servers/start-nodes.ts'

/** Enough for every one of four boxes. */
const voters = Array.from({ length: 40 }, (_, index) => `voter-${index}`)

type Act = (node: LivePoll, pollId: string) => Promise<unknown>

const acts: Readonly<Record<string, { readonly act: Act; readonly answer: string }>> = {
  'a close': { act: (node, pollId) => node.api.closePoll(pollId), answer: 'POLL_CLOSED' },
  'an edit': {
    act: (node, pollId) =>
      node.api.editPoll(pollId, {
        choices: [
          { id: 1, label: 'Soup' },
          { id: 2, label: 'Salad' },
        ],
      }),
    answer: 'INVALID', // the choice they vote for is gone
  },
  'a reset': { act: (node, pollId) => node.api.resetPoll(pollId, { epoch: 1 }), answer: 'EPOCH_CHANGED' },
}

/** Locks all boxes of a poll in one statement: those that are added while it waits are not in it. */
const oneStatement: SqlDialect = {
  ...postgresSql,
  async lockBoxes(trx, boxes, wait) {
    const first = boxes.find(({ box }) => box === 0)
    if (!first || !wait) return boxes
    const { rows } = await sql<BoxKey>`select poll_id as "pollId", box from live_poll_boxes
      where poll_id = ${first.pollId} order by box for no key update`.execute(trx)
    return rows
  },
}

describeOnPostgres('while boxes are added by another transaction', () => {
  let nodes: TwoNodes | undefined
  afterEach(() => nodes?.stop())

  test.each(Object.entries(acts))('%s that waits lets no vote commit after it', async (_, { act, answer }) => {
    nodes = await startTwoNodes()
    const { pollId, answers, before, after } = await actAmongVotes(nodes, act)
    expect(new Set(answers)).toEqual(new Set([answer]))
    expect(after).toEqual(before)
    expect(after.voters).toBe(0)
    expect(await findMiscounts(nodes.connection.db, pollId, [])).toEqual([])
  })

  test('the same check finds the votes that a close lets through which locks its boxes in one statement', async () => {
    nodes = await startTwoNodes({}, oneStatement)
    const { answers, before, after } = await actAmongVotes(nodes, (node, pollId) => node.api.closePoll(pollId))
    expect(answers).toContain(1)
    expect(before).toMatchObject({ state: 'closed', voters: 0 })
    expect(after.voters).toBeGreaterThan(0)
  })
})

/**
 * Node A acts, and has to wait for the first box; meanwhile boxes are added. Before A writes what it has decided, voters
 * of all boxes vote on node B; those of a box that A has not locked get as far as their commit.
 *
 * @returns the answers to the votes, and the results when A was done and when B was, too
 */
async function actAmongVotes({ a, b, connection }: TwoNodes, act: Act) {
  const { id: pollId } = await a.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad', 'Pie'] })
  const acting = await closeGate(connection, 'before polls are written')
  const committing = await closeGate(connection, 'before votes are committed')
  try {
    const adding = await holdBox(connection, pollId, 0)
    const acted = act(a, pollId)
    await untilWaiting(connection, 'row')

    await adding.query('set local session_replication_role = replica') // through the gate
    await adding.query('insert into live_poll_boxes select $1, box, 0 from generate_series(1, 3) as box', [pollId])
    await adding.query('update live_poll_polls set boxes = 4, plan = plan + 1 where id = $1', [pollId])
    await adding.query('commit')
    adding.release()
    await untilWaiting(connection, 'gate')

    const casts = voters.map((voter) => castOn(b, { pollId, voter, voteId: voter, choices: [3], epoch: 1 }))
    await untilWaiting(connection, 'lock', 2)
    await acting.open()
    await acted
    const before = await a.api.getResults(pollId)
    await committing.open()
    return { pollId, answers: await Promise.all(casts), before, after: await b.api.getResults(pollId) }
  } finally {
    await acting.open()
    await committing.open()
  }
}
