import { randomUUID } from 'node:crypto'
import { isNewer, type Results } from '@live-poll/client-sdk/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { adminKey } from '../admin-key.ts'
import { createHttpClient } from '../http-client.ts'
import type { RawSocket } from '../raw-socket.ts'
import { findMiscounts } from '../recount.ts'
import { takeBackup } from '../servers/backup.ts'
import { type ServedNode, serveNode, watchOn } from '../servers/serve-node.ts'
import { type MakeShared, sharedDatabasesByTurns } from '../servers/shared-database.ts'
import { castOn, type NodesOnShared, startTwoNodesOn } from '../servers/start-nodes.ts'

/** Milliseconds after which screens show what the restored database holds. */
const promised = 2000

for (const [name, describeHere, makeShared] of sharedDatabasesByTurns('a restored database')) {
  describeHere(`${name}, restored from a backup under its nodes`, () => describeRestore(makeShared))
}

function describeRestore(makeShared: MakeShared) {
  let nodes: NodesOnShared
  let served: ServedNode[]
  let sockets: RawSocket[]
  const taken = new WeakMap<RawSocket, Results>()
  beforeEach(async () => {
    nodes = await startTwoNodesOn(makeShared, { adminKey })
    served = [await serveNode(nodes.a), await serveNode(nodes.b)]
    sockets = []
  })
  afterEach(async () => {
    for (const socket of sockets) await socket.close()
    for (const node of served) await node.close()
    await nodes.stop()
  })

  const createPoll = (fields: object = {}) =>
    nodes.a.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'], ...fields })
  const cast = (node: NodesOnShared['a'], pollId: string, choice: number, voter = randomUUID()) =>
    castOn(node, { pollId, voter, voteId: randomUUID(), choices: [choice] })
  const castTimes = async (count: number, pollId: string, choice: number) => {
    for (let time = 0; time < count; time++) expect(await cast(nodes.a, pollId, choice)).toBe(1)
  }
  async function watchOnBoth(pollId: string): Promise<readonly RawSocket[]> {
    const opened = await Promise.all(served.map((node) => watchOn(node, pollId)))
    sockets.push(...opened)
    for (const socket of opened) await socket.take('poll')
    return opened
  }
  /** Results that each screen takes for newer than what it took before. */
  const toldAll = (screens: readonly RawSocket[], matches: (results: Results) => boolean) =>
    Promise.all(
      screens.map(async (screen) => {
        const last = taken.get(screen)
        const results = await screen.take('results', (told) => (!last || isNewer(told, last)) && matches(told))
        taken.set(screen, results)
        return results
      }),
    )
  const isOf = (votes: readonly number[]) => (results: Results) => results.votes.join() === votes.join()

  /** The sum over both nodes. */
  async function countRestored(): Promise<number> {
    const counts = served.map(async ({ origin }) => {
      const { body } = await createHttpClient(origin)<string>('GET', '/metrics', { token: adminKey })
      return Number(/^live_poll_restored_polls_total (\d+)$/m.exec(body)?.[1])
    })
    return (await Promise.all(counts)).reduce((sum, count) => sum + count)
  }
  const restoreWarnings = () => nodes.logger.warnings.filter((warning) => String(warning).includes('after a restore'))

  test('shows what it holds, on every screen, and goes on from there', async () => {
    const { id } = await createPoll()
    const screens = await watchOnBoth(id)
    await castTimes(2, id, 1)
    const restore = await takeBackup(nodes.shared)
    await castTimes(5, id, 2)
    const [shown] = await toldAll(screens, isOf([2, 5]))

    await restore()
    const restored = performance.now()
    const told = await toldAll(screens, isOf([2, 0]))
    expect(performance.now() - restored).toBeLessThan(promised)
    for (const { version, epoch } of told) {
      expect(version).toBeGreaterThan(shown?.version ?? 0)
      expect(epoch).toBe(1)
    }
    expect(await countRestored(), 'raised once, by one of the nodes').toBe(1)
    expect(restoreWarnings()).toEqual([
      [expect.stringMatching(/version 7 of epoch 1.*version 2 of epoch 1/), undefined],
    ])

    expect(await cast(nodes.b, id, 2)).toBe(1)
    await toldAll(screens, isOf([2, 1]))
    expect(await nodes.a.api.getResults(id)).toMatchObject({ votes: [2, 1] })
  })

  test('goes one above an epoch that it does not know', async () => {
    const { id } = await createPoll()
    const screens = await watchOnBoth(id)
    await castTimes(3, id, 1)
    const restore = await takeBackup(nodes.shared)
    await nodes.a.api.resetPoll(id, { epoch: 1 })
    await castTimes(1, id, 2)
    await toldAll(screens, ({ epoch, voters }) => epoch === 2 && voters === 1)

    await restore()
    const restored = performance.now()
    await toldAll(screens, (results) => results.epoch === 3 && isOf([3, 0])(results))
    expect(performance.now() - restored).toBeLessThan(promised)
    expect(await countRestored()).toBe(1)
    expect(await cast(nodes.b, id, 2)).toBe(1)
    await toldAll(screens, isOf([3, 1]))
  })

  test('opens again a poll that was closed since', async () => {
    const { id } = await createPoll()
    const screens = await watchOnBoth(id)
    await castTimes(1, id, 1)
    const restore = await takeBackup(nodes.shared)
    await nodes.a.api.closePoll(id)
    await toldAll(screens, ({ state }) => state === 'closed')
    await restore()
    await toldAll(screens, ({ state }) => state === 'open')
    expect(await cast(nodes.b, id, 2)).toBe(1)
    await toldAll(screens, isOf([1, 1]))
  })

  test('takes no vote that was prepared for a poll that is lost', async () => {
    const { id } = await createPoll()
    const screens = await watchOnBoth(id)
    const restore = await takeBackup(nodes.shared)
    const added = (label: string) => ({ choices: [{ id: 1, label: 'Soup' }, { id: 2, label: 'Salad' }, { label }] })
    await nodes.a.api.editPoll(id, added('Pie'))
    expect(await cast(nodes.a, id, 3)).toBe(1)
    await toldAll(screens, isOf([0, 0, 1]))
    await restore()
    await toldAll(screens, isOf([0, 0]))
    await nodes.b.api.editPoll(id, { choices: [{ id: 2, label: 'Salad' }, { label: 'Cake' }, { label: 'Tart' }] })
    expect(await cast(nodes.a, id, 1), 'a choice that node A remembers').toBe('INVALID')
    expect(await findMiscounts(nodes.shared.db, id, [])).toEqual([])
  })

  test.each([
    ['behind', 3],
    ['level again', 1],
  ])('is noticed by the next vote where nobody watches, when it is %s by then', async (_, lost) => {
    const { id } = await createPoll()
    const restore = await takeBackup(nodes.shared)
    const visitors = await watchOnBoth(id)
    await castTimes(lost, id, 1)
    await toldAll(visitors, isOf([lost, 0]))
    for (const visitor of visitors) await visitor.close()
    await restore()
    await castTimes(1, id, 2)
    const readVersion = async () => (await nodes.b.api.getResults(id)).version
    await expect.poll(readVersion).toBeGreaterThan(lost)
    expect(await nodes.a.api.getResults(id)).toMatchObject({ votes: [0, 1] })
  })

  test('while votes pour in: all screens end with what it holds', async () => {
    const { id } = await createPoll()
    const screens = await watchOnBoth(id)
    let isVoting = true
    let cast = 0
    async function voteOn(node: NodesOnShared['a']) {
      for (let turn = 0; isVoting; turn++) {
        const choices = [1 + (turn % 2)]
        const answer = await castOn(node, { pollId: id, voter: randomUUID(), voteId: randomUUID(), choices })
        if (answer === 1) cast++
      }
    }
    const voting = [nodes.a, nodes.b].flatMap((node) => Array.from({ length: 5 }, () => voteOn(node)))
    const untilCast = (more: number) =>
      expect.poll(() => cast, { timeout: 20_000, interval: 5 }).toBeGreaterThan(cast + more)
    await untilCast(100)
    const restore = await takeBackup(nodes.shared)
    for (let time = 0; time < 3; time++) {
      await untilCast(200)
      await restore()
    }
    await untilCast(100)
    isVoting = false
    await Promise.all(voting)

    const rows = await nodes.shared.db.selectFrom('live_poll_votes').select('vote_id').execute()
    const readOnBoth = () => Promise.all([nodes.a, nodes.b].map(({ api }) => api.getResults(id)))
    const voters = rows.length
    await expect
      .poll(async () => (await readOnBoth()).map((results) => results.voters), { timeout: promised })
      .toEqual([voters, voters])
    const [last, other] = await readOnBoth()
    expect(last).toEqual(other)
    // A screen may have seen as many voters before a restore: these are the very results.
    await toldAll(screens, ({ epoch, version }) => epoch === last?.epoch && version === last?.version)
    expect(last?.votes.reduce((sum, votes) => sum + votes)).toBe(voters)
  })
}
