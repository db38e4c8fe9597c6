import type { Poll, PollPage, Results, ServerMessage } from '@live-poll/client-sdk/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { adminKey } from '../admin-key.ts'
import { openEventStream } from '../event-stream.ts'
import { createHttpClient } from '../http-client.ts'
import { openRawSocket } from '../raw-socket.ts'
import { findMiscounts } from '../recount.ts'
import { untilInDatabase } from '../servers/postgres-gate.ts'
import { type ServedNode, serveNode } from '../servers/serve-node.ts'
import { isOverFor, type MakeShared, makeDue, sharedDatabases, untilWaiting } from '../servers/shared-database.ts'
import { castOn, type NodesOnShared, startTwoNodesOn } from '../servers/start-nodes.ts'

const voters = Array.from({ length: 10 }, (_, index) => `voter-${index}`)

for (const [name, describeHere, makeShared] of sharedDatabases) {
  describeHere(`the closing time on ${name}`, () => describeClosingTime(makeShared))
}

function describeClosingTime(makeShared: MakeShared) {
  let nodes: NodesOnShared
  const ends: (() => Promise<unknown>)[] = []
  beforeEach(async () => {
    nodes = await startTwoNodesOn(makeShared, { adminKey })
  })
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end()
    await nodes.stop()
  })

  async function createPoll(): Promise<string> {
    const inAnHour = new Date(Date.now() + 3_600_000).toISOString()
    return (await nodes.a.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'], closesAt: inAnHour })).id
  }
  const castAll = (node: NodesOnShared['a'], pollId: string, names: readonly string[]) =>
    Promise.all(names.map((voter) => castOn(node, { pollId, voter, voteId: `vote-${voter}`, choices: [1] })))

  test('comes while another transaction holds the box and then rolls back: no vote after it is accepted', async () => {
    const pollId = await createPoll()
    const rollBack = await nodes.shared.holdBox(pollId, 0)
    // These have begun their transactions before the time, and are decided after it.
    const early = castAll(nodes.a, pollId, voters)
    await untilWaiting(nodes.shared, 'row', 1)
    await makeDue(nodes.shared, pollId)
    const reading = nodes.a.api.getPoll(pollId)
    const late = castAll(
      nodes.b,
      pollId,
      voters.map((voter) => `late-${voter}`),
    )
    await untilWaiting(nodes.shared, 'row', 3)
    await rollBack()

    expect(new Set([...(await early), ...(await late)])).toEqual(new Set(['POLL_CLOSED']))
    expect(await reading).toMatchObject({ state: 'closed', results: { votes: [0, 0], voters: 0 } })
    expect(await nodes.b.api.getResults(pollId)).toEqual((await reading).results)
    expect(await findMiscounts(nodes.shared.db, pollId, [])).toEqual([])
  })

  test('comes between the decision of a batch and its commit: nobody is told `closed` before it has ended', async () => {
    const pollId = await createPoll()
    const gate = await nodes.shared.closeGate()
    const observers: Observer[] = []
    for (const node of [nodes.a, nodes.b]) {
      const served = await serveNode(node)
      ends.push(() => served.close())
      const observer = await observe(served, pollId)
      ends.push(() => observer.stop())
      observers.push(observer)
    }
    ends.push(() => gate.open()) // first of all ends: who looks waits for it
    const closedSightings = () => observers.flatMap(({ seen }) => seen()).filter(({ state }) => state === 'closed')
    const casting = castAll(nodes.a, pollId, voters)
    await untilWaiting(nodes.shared, 'gate', 1)
    await makeDue(nodes.shared, pollId)
    await untilWaiting(nodes.shared, 'row', 2) // a reader on each node
    // Long enough for the schedule of each node to have noticed.
    await untilInDatabase('the time has been over for long', () => isOverFor(nodes.shared, pollId, 2000))

    expect(closedSightings()).toEqual([])
    await gate.open()
    expect(await casting).toEqual(voters.map(() => 1))
    await expect
      .poll(() => new Set(closedSightings().map(({ where }) => where)).size, { timeout: 30_000 })
      .toBe(2 * ['GET', 'list', 'channel', 'SSE'].length)
    for (const { where, votes } of closedSightings()) expect(votes, where).toEqual([voters.length, 0])
  })
}

interface Sighting {
  readonly where: string
  readonly state: Poll['state']
  readonly votes: readonly number[] | undefined
}

interface Observer {
  /** Everything seen so far. */
  readonly seen: () => readonly Sighting[]
  stop(): Promise<void>
}

/** Looks at a poll in every way a node offers, without a pause. Resolves when each way has shown it once. */
async function observe(node: ServedNode, pollId: string): Promise<Observer> {
  const call = createHttpClient(node.origin)
  const read: Sighting[] = []
  let isStopped = false

  const sighting = (way: string, state: Poll['state'], results: Results | null): Sighting => ({
    where: `${node.origin} ${way}`,
    state,
    votes: results?.votes,
  })
  async function get() {
    const { body } = await call<Poll>('GET', `/polls/${pollId}`)
    read.push(sighting('GET', body.state, body.results))
  }
  async function list() {
    const { body } = await call<PollPage>('GET', '/polls', { token: adminKey })
    for (const poll of body.polls ?? []) read.push(sighting('list', poll.state, poll.results))
  }
  async function again(look: () => Promise<void>) {
    while (!isStopped) await look()
  }
  const told = (way: string, messages: readonly ServerMessage[]) =>
    messages.flatMap((message) => {
      if (message.type === 'poll') return sighting(way, message.poll.state, message.poll.results)
      return message.type === 'results' ? sighting(way, message.state, message) : []
    })

  await get()
  await list()
  const socket = await openRawSocket(node.channelUrl)
  socket.send({ type: 'hello' })
  await socket.take('welcome')
  socket.send({ type: 'watch', pollId })
  await socket.take('poll')
  const events = await openEventStream(node.origin, pollId)
  await events.take('poll')
  const looking = [again(get), again(list)]
  return {
    seen: () => [...read, ...told('channel', socket.untaken), ...told('SSE', events.untaken)],
    async stop() {
      isStopped = true
      await Promise.all([...looking, socket.close(), events.close()])
    },
  }
}
