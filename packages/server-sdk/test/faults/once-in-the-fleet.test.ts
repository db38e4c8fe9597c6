import { createLivePoll, type LivePoll } from '@live-poll/server-sdk'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openRawSocket, type RawSocket } from '../raw-socket.ts'
import { createRecordingLogger } from '../recording-logger.ts'
import { untilInDatabase } from '../servers/postgres-gate.ts'
import { type ServedNode, serveNode } from '../servers/serve-node.ts'
import { type MakeShared, type SharedDatabase, sharedDatabasesByTurns } from '../servers/shared-database.ts'
import { castOn, nodeSecret } from '../servers/start-nodes.ts'
import { startDatabaseNode } from './database-start-node.ts'

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString()

for (const [name, describeHere, makeShared] of sharedDatabasesByTurns('what is done once in the fleet')) {
  describeHere(`three nodes on ${name} do once`, () => describeFleet(makeShared))
}

function describeFleet(makeShared: MakeShared) {
  let shared: SharedDatabase
  const ends: (() => Promise<unknown>)[] = []
  beforeEach(async () => {
    shared = await makeShared()
    ends.push(() => shared.drop())
  })
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end()
  })

  async function startNode(): Promise<LivePoll> {
    const channel = { messagesPerSecond: 10_000, messageBurst: 10_000 }
    const logger = createRecordingLogger()
    const node = createLivePoll({ database: shared.forNode(), secret: nodeSecret, logger, channel })
    ends.push(() => node.close())
    await node.ready()
    return node
  }
  async function serve(node: LivePoll): Promise<ServedNode> {
    const served = await serveNode(node)
    ends.push(() => served.close())
    return served
  }

  async function createPolls(node: LivePoll, count: number, fields: object): Promise<readonly string[]> {
    const poll = { question: 'Lunch?', choices: ['Soup', 'Salad'], ...fields }
    const ids: string[] = []
    for (let made = 0; made < count; made += 20) {
      const some = Array.from({ length: Math.min(20, count - made) }, () => node.api.createPoll(poll))
      ids.push(...(await Promise.all(some)).map(({ id }) => id))
    }
    return ids
  }

  /** One connection that watches all of these, each answered. */
  async function watchAll(served: ServedNode, pollIds: readonly string[]): Promise<RawSocket> {
    const socket = await openRawSocket(served.channelUrl)
    ends.push(() => socket.close())
    socket.send({ type: 'hello' })
    await socket.take('welcome')
    for (const pollId of pollIds) socket.send({ type: 'watch', pollId })
    for (const id of pollIds) await socket.take('poll', ({ poll }) => poll.id === id)
    return socket
  }

  /** Makes one moment, by the database's clock, come for all polls at once. */
  const turnAll = (column: 'opens_at' | 'closes_at') =>
    shared.db
      .updateTable('live_poll_polls')
      .set({ [column]: shared.dialect.clock })
      .execute()

  /** What closing has left of each poll. */
  async function readClosed() {
    const { db, dialect } = shared
    const rows = await db
      .selectFrom('live_poll_polls as p')
      .innerJoin('live_poll_boxes as b', 'b.poll_id', 'p.id')
      .select((at) => ['p.plan', 'b.version', dialect.millis(at.ref('p.closed_at')).as('closed')])
      .select((at) => dialect.millis(at.ref('p.closes_at')).as('closes'))
      .where('p.closed_at', 'is not', null)
      .execute()
    return rows.map(({ plan, version, closed, closes }) => ({
      ...{ plan, version: Number(version), isOnTime: Number(closed) === Number(closes) },
    }))
  }
  const closedOnce = (count: number) => Array(count).fill({ plan: 2, version: 1, isOnTime: true })

  test('the close of many polls that are due at one instant, and tell each screen once', async () => {
    const nodes = [await startNode(), await startNode(), await startNode()] as const
    const served = [await serve(nodes[0]), await serve(nodes[1]), await serve(nodes[2])]
    const hidden = await createPolls(nodes[0], 50, { closesAt: inAnHour(), showResults: 'organizers' })
    const shown = await createPolls(nodes[1], 50, { closesAt: inAnHour() })
    const screens = await Promise.all(served.map((node) => watchAll(node, [...hidden, ...shown])))
    const open = await createPolls(nodes[2], 1, {})

    await turnAll('closes_at')
    await shared.db.updateTable('live_poll_polls').set({ closes_at: null }).where('id', 'in', open).execute()
    const answers = nodes.map((node, index) =>
      castOn(node, { pollId: open[0] as string, voter: `${index}`, voteId: `${index}`, choices: [1] }),
    )
    expect(await Promise.all(answers), 'votes go on').toEqual([1, 1, 1])
    for (const screen of screens) {
      for (const id of hidden) {
        expect(await screen.take('state', ({ pollId }) => pollId === id)).toMatchObject({ state: 'closed' })
      }
      for (const id of shown) {
        expect(await screen.take('results', ({ pollId }) => pollId === id)).toMatchObject({
          state: 'closed',
          version: 1,
        })
      }
    }
    expect(await readClosed()).toEqual(closedOnce(100))
    for (const screen of screens) expect(await screen.settle(), 'told once').toEqual([])
  })

  test('nothing to open a poll, which each tells its own screens', async () => {
    const nodes = [await startNode(), await startNode(), await startNode()] as const
    const pollIds = await createPolls(nodes[0], 50, { opensAt: inAnHour(), showResults: 'organizers' })
    const screens: RawSocket[] = []
    for (const node of nodes) screens.push(await watchAll(await serve(node), pollIds))
    await turnAll('opens_at')
    for (const screen of screens) {
      for (const id of pollIds) {
        expect(await screen.take('state', ({ pollId }) => pollId === id)).toMatchObject({ state: 'open' })
      }
      expect(await screen.settle(), 'told once').toEqual([])
    }
    const versions = await shared.db.selectFrom('live_poll_boxes').select('version').execute()
    expect(new Set(versions.map(({ version }) => Number(version)))).toEqual(new Set([0]))
  })

  test('what one of them began when it was killed', async () => {
    const maker = await startNode()
    await createPolls(maker, 400, { closesAt: inAnHour() })
    await maker.close()
    const killed = await startDatabaseNode(shared.dialect.kind === 'mysql' ? 'mariadb' : 'postgres', shared.url)
    await turnAll('closes_at')
    await untilInDatabase('it has begun to close', async () => (await readClosed()).length > 0)
    await killed.stop()
    const begun = (await readClosed()).length
    expect(begun).toBeLessThan(400)

    await Promise.all([startNode(), startNode()])
    await untilInDatabase('all are closed', async () => (await readClosed()).length === 400)
    expect(await readClosed()).toEqual(closedOnce(400))
  })

  test('the sweep of idempotency keys that are over, and nobody waits for it', async () => {
    const stores = await Promise.all([0, 1, 2].map(() => shared.forNode().open(createRecordingLogger())))
    for (const { close } of stores) ends.push(close)
    const rows = Array.from({ length: 300 }, (_, index) => ({
      ...{ idempotency_key: `key-${index}`, body_hash: '', poll_id: '', expires_at: shared.dialect.clock },
    }))
    await shared.db
      .insertInto('live_poll_requests')
      .values(rows as never)
      .execute()
    const sweepAll = async () => {
      const removed = await Promise.all(stores.map(({ polls }) => polls.forgetRequests(200)))
      return removed.reduce((sum, count) => sum + count)
    }

    // As a node that was paused in its sweep holds them.
    const goOn = await shared.holdRows('select * from live_poll_requests order by idempotency_key limit 10 for update')
    let removed = 0
    await untilInDatabase('the rest is gone', async () => {
      removed += await sweepAll()
      return removed >= 290
    })
    const node = await startNode()
    const poll = { question: 'Lunch?', choices: ['Soup', 'Salad'] }
    await node.api.createPoll(poll, { idempotencyKey: 'another' })
    expect(removed).toBe(290)

    await goOn()
    expect(await sweepAll()).toBe(10)
  })
}
