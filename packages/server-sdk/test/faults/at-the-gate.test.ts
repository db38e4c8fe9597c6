import { afterEach, beforeEach, expect, test } from 'vitest'
import type { AckedVote } from '../recount.ts'
import { findMiscounts } from '../recount.ts'
import type { Gate } from '../servers/postgres-gate.ts'
import { type MakeShared, sharedDatabases, untilWaiting } from '../servers/shared-database.ts'
import { castOn, type NodesOnShared, startTwoNodesOn } from '../servers/start-nodes.ts'

// The promises of the ballot box one by one, each at the one moment at which it can be broken.

for (const [name, describeHere, makeShared] of sharedDatabases) {
  describeHere(`two nodes on ${name}, one of which stands in a transaction that has written a vote`, () =>
    describeMoments(makeShared),
  )
}

function describeMoments(makeShared: MakeShared) {
  let nodes: NodesOnShared
  let gate: Gate
  beforeEach(async () => {
    nodes = await startTwoNodesOn(makeShared)
    gate = await nodes.shared.closeGate()
  })
  afterEach(async () => {
    await gate.open()
    await nodes.stop()
  })

  const createPoll = async () => (await nodes.a.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })).id
  const ada = (pollId: string, voteId = 'ada-1', choice = 1) => ({ pollId, voter: 'ada', voteId, choices: [choice] })
  const miscounts = (pollId: string, acked: readonly AckedVote[]) => findMiscounts(nodes.shared.db, pollId, acked)

  test('nobody is answered before the commit', async () => {
    const pollId = await createPoll()
    let isAnswered = false
    const casting = castOn(nodes.a, ada(pollId)).finally(() => {
      isAnswered = true
    })
    await untilWaiting(nodes.shared, 'gate')
    expect(isAnswered).toBe(false)
    await gate.open()
    expect(await casting).toBe(1)
  })

  test('another vote of the same voter, on the other node, waits and replaces it', async () => {
    const pollId = await createPoll()
    const first = castOn(nodes.a, ada(pollId))
    await untilWaiting(nodes.shared, 'gate')
    const second = castOn(nodes.b, ada(pollId, 'ada-2', 2))
    await untilWaiting(nodes.shared, 'row')
    await gate.open()
    expect([await first, await second]).toEqual([1, 2])
    expect(await miscounts(pollId, [{ voter: 'ada', voteId: 'ada-2', revision: 2, choices: [2] }])).toEqual([])
  })

  test('the same vote, sent to the other node, waits and is the same', async () => {
    const pollId = await createPoll()
    const first = castOn(nodes.a, ada(pollId))
    await untilWaiting(nodes.shared, 'gate')
    const repeat = nodes.b.api.castVote(ada(pollId))
    await untilWaiting(nodes.shared, 'row')
    await gate.open()
    expect(await first).toBe(1)
    expect(await repeat).toEqual({ voteId: 'ada-1', revision: 1, epoch: 1, duplicate: true })
    expect(await miscounts(pollId, [{ voter: 'ada', voteId: 'ada-1', revision: 1, choices: [1] }])).toEqual([])
  })

  test('a close on the other node waits for it, and lets no vote in after it', async () => {
    const pollId = await createPoll()
    const first = castOn(nodes.a, ada(pollId))
    await untilWaiting(nodes.shared, 'gate')
    const closing = nodes.b.api.closePoll(pollId)
    await untilWaiting(nodes.shared, 'row')
    await gate.open()
    expect(await first).toBe(1)
    expect((await closing).results).toMatchObject({ state: 'closed', votes: [1, 0] })
    expect(await castOn(nodes.a, { ...ada(pollId), voter: 'bob', voteId: 'bob-1' })).toBe('POLL_CLOSED')
    expect(await miscounts(pollId, [{ voter: 'ada', voteId: 'ada-1', revision: 1, choices: [1] }])).toEqual([])
  })

  test('a close that is about to commit is waited for, and then lets no vote in', async () => {
    await gate.open()
    const pollId = await createPoll()
    const casting = await nodes.shared.db.transaction().execute(async (trx) => {
      await trx.updateTable('live_poll_boxes').set({ version: 2 }).where('poll_id', '=', pollId).execute()
      await trx.updateTable('live_poll_polls').set({ closed_at: new Date() }).where('id', '=', pollId).execute()
      const casting = castOn(nodes.a, ada(pollId))
      await untilWaiting(nodes.shared, 'row')
      return { answer: casting }
    })
    expect(await casting.answer).toBe('POLL_CLOSED')
    expect(await miscounts(pollId, [])).toEqual([])
  })

  test('boxes added on the other node are where votes go from then on', async () => {
    await gate.open()
    const pollId = await createPoll()
    expect(await castOn(nodes.a, ada(pollId))).toBe(1)
    await nodes.b.api.editPoll(pollId, { boxes: 4 })
    const others = Array.from({ length: 20 }, (_, index) => `voter-${index}`)
    const casts = others.map((voter) => castOn(nodes.a, { pollId, voter, voteId: voter, choices: [2] }))
    expect(new Set(await Promise.all(casts))).toEqual(new Set([1]))
    const { db } = nodes.shared
    const used = db.selectFrom('live_poll_tallies').select('box').distinct().where('poll_id', '=', pollId)
    expect((await used.execute()).length, 'boxes with votes').toBeGreaterThan(1)
  })
}
