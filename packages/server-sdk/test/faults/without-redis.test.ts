import { fileURLToPath } from 'node:url'
import type { ServerMessage } from '@live-poll/client-sdk/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { adminKey } from '../admin-key.ts'
import { runCli } from '../cli/run-cli.ts'
import { createHttpClient } from '../http-client.ts'
import type { RawSocket } from '../raw-socket.ts'
import { type ServedNode, serveNode, watchOn } from '../servers/serve-node.ts'
import { type MakeShared, sharedDatabasesByTurns } from '../servers/shared-database.ts'
import { type NodesOnShared, startTwoNodesOn } from '../servers/start-nodes.ts'

/** Milliseconds after which a screen on another node is right, with nothing between the nodes but the database. */
const promised = 2000

/** The command by its sources: here mistakes are made in those. */
const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

for (const [name, describeHere, makeShared] of sharedDatabasesByTurns('nodes without Redis')) {
  describeHere(`two nodes that share ${name} and nothing else`, () => describeTwoNodes(makeShared))
}

function describeTwoNodes(makeShared: MakeShared) {
  let nodes: NodesOnShared
  let servedB: ServedNode
  let sockets: RawSocket[]
  beforeEach(async () => {
    nodes = await startTwoNodesOn(makeShared, { adminKey })
    servedB = await serveNode(nodes.b)
    sockets = []
  })
  afterEach(async () => {
    for (const socket of sockets) await socket.close()
    await servedB.close()
    await nodes.stop()
    const isDurability = (warning: unknown) => String(warning).startsWith('Durability')
    expect(nodes.logger.warnings.filter((warning) => !isDurability(warning))).toEqual([])
  })

  const api = () => nodes.a.api
  const createPoll = (fields: object = {}) =>
    api().createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'], ...fields })
  const castOnA = (pollId: string, voter: string, choice = 1) =>
    api().castVote({ pollId, voter, voteId: `${voter}-${choice}`, choices: [choice] })

  /** Somebody who watches on node B, and has been answered. */
  async function watchOnB(pollId: string, hello = {}): Promise<RawSocket> {
    const socket = await watchOn(servedB, pollId, hello)
    sockets.push(socket)
    await socket.take('poll')
    return socket
  }

  /** Does something on node A, or outside. @returns what a screen on B is told in time */
  async function soon<T extends ServerMessage>(does: () => Promise<unknown>, told: () => Promise<T>): Promise<T> {
    await does()
    const done = performance.now()
    const message = await told()
    expect(performance.now() - done).toBeLessThan(promised)
    return message
  }

  test('show on one what is done on the other: votes, edits, a close, a reset, a repair from outside, a deletion', async () => {
    const { id } = await createPoll({ canChange: true })
    const screen = await watchOnB(id)
    const told = () => screen.take('results')

    expect(await soon(() => castOnA(id, 'ada'), told)).toMatchObject({ votes: [1, 0], voters: 1 })
    expect(await soon(() => castOnA(id, 'ada', 2), told)).toMatchObject({ votes: [0, 1], voters: 1 })
    const edit = () =>
      api().editPoll(id, {
        choices: [
          { id: 1, label: 'Broth' },
          { id: 2, label: 'Salad' },
        ],
      })
    expect(await soon(edit, told)).toMatchObject({ edition: 2, votes: [0, 1] })

    const { db } = nodes.shared
    await db
      .updateTable('live_poll_tallies')
      .set({ votes: 7 })
      .where('poll_id', '=', id)
      .where('bucket', '=', 'only-2')
      .execute()
    const recount = async () => {
      const { exitCode } = await runCli(['recount', id], { LIVE_POLL_DATABASE: nodes.shared.url }, undefined, main)
      expect(exitCode, 'repaired').toBe(1)
    }
    // What was wrong in the database may have been shown before the repair; right is what is told last.
    const repaired = () => screen.take('results', ({ votes, version }) => votes[1] === 1 && version === 4)
    await soon(recount, repaired)

    expect(await soon(() => api().closePoll(id), told)).toMatchObject({ state: 'closed', votes: [0, 1] })
    expect(await soon(() => api().resetPoll(id, { epoch: 1 }), told)).toMatchObject({
      epoch: 2,
      state: 'open',
      votes: [0, 0],
    })
    expect(await soon(() => castOnA(id, 'bob'), told)).toMatchObject({ votes: [1, 0], epoch: 2 })
    const gone = () => screen.take('error')
    expect(await soon(() => api().deletePoll(id), gone)).toMatchObject({ code: 'POLL_NOT_FOUND', pollId: id })
  })

  test('reveal on one what enough voters on the other have opened, and nothing before', async () => {
    const { id } = await createPoll({ minVoters: 2 })
    const screen = await watchOnB(id)
    // Another poll's news tells that B has looked since: what is hidden brings nothing to wait for.
    const other = await createPoll()
    const otherScreen = await watchOnB(other.id)
    await castOnA(id, 'ada')
    await soon(
      () => castOnA(other.id, 'ada'),
      () => otherScreen.take('results'),
    )
    expect(await screen.settle()).toEqual([])
    expect(
      await soon(
        () => castOnA(id, 'bob'),
        () => screen.take('results'),
      ),
    ).toMatchObject({ votes: [2, 0] })
  })

  test('tell whoever may not see a poll, made private on the other, that there is none; the others go on', async () => {
    const { id } = await createPoll()
    const anyone = await watchOnB(id)
    const call = createHttpClient(servedB.origin)
    const { body } = await call<{ ticket: string }>('POST', '/voters', { token: adminKey, body: { relay: true } })
    const relay = await watchOnB(id, { ticket: body.ticket })

    const makePrivate = () => api().editPoll(id, { isPrivate: true })
    expect(await soon(makePrivate, () => anyone.take('error'))).toMatchObject({ code: 'POLL_NOT_FOUND', pollId: id })
    expect(await relay.take('poll')).toMatchObject({ poll: { isPrivate: true } })
    expect(
      await soon(
        () => castOnA(id, 'ada'),
        () => relay.take('results', ({ voters }) => voters === 1),
      ),
    ).toMatchObject({
      votes: [1, 0],
    })
    expect(await anyone.settle(), 'nothing more').toEqual([])
  })

  test('tell an opening on each to its own screens', async () => {
    const { id } = await createPoll({
      opensAt: new Date(Date.now() + 3_600_000).toISOString(),
      showResults: 'organizers',
    })
    const screen = await watchOnB(id)
    const opened = () => screen.take('state')
    expect(await soon(() => api().openPoll(id), opened)).toMatchObject({ state: 'open', edition: 1 })
    expect(await screen.settle()).toEqual([])
  })
}
