import { createLivePoll, type LivePoll } from '@live-poll/server-sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { atLength } from '../at-length.ts'
import { createRecordingLogger } from '../recording-logger.ts'
import { type AckedVote, findMiscounts } from '../recount.ts'
import { nodeSecret } from '../servers/start-nodes.ts'
import { type CommitProxy, startCommitProxy } from './commit-proxy.ts'
import { databaseAdapters } from './database-adapters.ts'
import { type DatabaseUnderFault, describeOnEach } from './database-faults.ts'

const votersAtOnce = 5

describeOnEach('A COMMIT cut off', ({ create }) => {
  let database: DatabaseUnderFault
  let proxy: CommitProxy
  /** Behind the proxy, and not. */
  let node: LivePoll
  let other: LivePoll
  const logger = createRecordingLogger()

  beforeAll(async () => {
    database = await create()
    proxy = await startCommitProxy(database.url)
    const open = (url: string) =>
      createLivePoll({ database: databaseAdapters[database.name](url), secret: nodeSecret, logger })
    node = open(proxy.url)
    other = open(database.url)
    await Promise.all([node.ready(), other.ready()])
  })
  afterAll(async () => {
    await Promise.all([node?.close(), other?.close()])
    await proxy?.close()
    await database?.drop()
  })

  const createPoll = async () => (await other.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })).id

  async function miscounts(pollId: string, acked: readonly AckedVote[]) {
    const { db, close } = database.connect()
    const found = await findMiscounts(db, pollId, acked)
    await close()
    return found
  }

  test.for([
    ['answer lost', atLength('COMMITs whose answer is lost', 20, 100)],
    ['lost on its way', atLength('COMMITs lost on their way', 10, 25)],
  ] as const)('%s, %i times: nothing is lost, nothing counted twice, a repeat is a duplicate', async ([how, times]) => {
    const cutsBefore = proxy.cuts()
    const pollId = await createPoll()
    const acked: AckedVote[] = []
    for (let cut = 1; cut <= times; cut++) {
      const votes = Array.from({ length: votersAtOnce }, (_, index) => ({
        ...{ pollId, voter: `voter-${index}`, voteId: `cut-${cut}-voter-${index}` },
        ...{ choices: [1 + ((index + cut) % 2)], revision: cut - 1 },
      }))
      const isCut = proxy.cutNext(how)
      const casting = Promise.all(votes.map((vote) => node.api.castVote(vote)))
      await isCut
      proxy.resume()
      const receipts = await casting
      expect(receipts).toEqual(votes.map(({ voteId }) => ({ voteId, revision: cut, epoch: 1 })))
      const repeats = await Promise.all(votes.map((vote) => node.api.castVote(vote)))
      expect(repeats).toEqual(receipts.map((receipt) => ({ ...receipt, duplicate: true })))
      acked.push(...votes.map(({ voter, voteId, choices }) => ({ voter, voteId, revision: cut, choices })))
    }
    expect(proxy.cuts() - cutsBefore).toBeGreaterThanOrEqual(times)
    expect(await miscounts(pollId, acked)).toEqual([])
  })

  test.for([
    ['answer lost', 5],
    ['lost on its way', 5],
  ] as const)('%s, %i times: an invitation is used once, by the vote that was acknowledged', async ([how, times]) => {
    const rules = { question: 'Lunch?', choices: ['Soup', 'Salad'], voters: ['account', 'invitation'] } as const
    const { id: pollId } = await other.api.createPoll(rules)
    const invitations = await other.api.createInvitations(pollId, { count: times })
    for (const [cut, { code: invitation }] of invitations.entries()) {
      const vote = { pollId, invitation, voter: `ada-${cut}`, voteId: `cut-${cut}`, choices: [1], revision: 0 }
      const isCut = proxy.cutNext(how)
      const casting = node.api.castVote(vote)
      await isCut
      proxy.resume()
      const receipt = await casting
      expect(receipt).toEqual({ voteId: vote.voteId, revision: 1, epoch: 1 })
      expect(await other.api.castVote(vote)).toEqual({ ...receipt, duplicate: true })
      const stolen = other.api.castVote({ ...vote, voter: 'eve', voteId: `eve-${cut}` })
      await expect(stolen).rejects.toMatchObject({ code: 'INVITATION_USED' })
      expect(await other.api.countInvitations(pollId)).toEqual({ created: times, used: cut + 1, revoked: 0 })
    }
    expect(await other.api.recountPoll(pollId)).toEqual({ ballots: times, differences: [] })
  })

  test('on its way, and one of its votes sent to another node meanwhile: the rest of the batch is not lost', async () => {
    const pollId = await createPoll()
    const votes = ['ada', 'bob', 'cy'].map((voter) => ({
      pollId,
      voter,
      voteId: `${voter}-1`,
      choices: [1],
      revision: 0,
    }))
    const isCut = proxy.cutNext('lost on its way')
    const casting = Promise.all(votes.map((vote) => node.api.castVote(vote)))
    await isCut
    await other.api.castVote(votes[1] as (typeof votes)[number])
    proxy.resume()
    const acked = (await casting).map(({ voteId, revision }, index) => {
      const voter = votes[index]?.voter ?? ''
      return { voter, voteId, revision, choices: [1] }
    })
    expect(await miscounts(pollId, acked)).toEqual([])
  })

  test('and the voter has voted again since: the answer is unknown, and a repeat does not bring it back', async () => {
    const pollId = await createPoll()
    const vote = { pollId, voter: 'ada', voteId: 'ada-1', choices: [1] }
    const isCut = proxy.cutNext('answer lost')
    const casting = node.api.castVote(vote)
    await isCut
    await other.api.castVote({ ...vote, voteId: 'ada-2', choices: [2], revision: 1 })
    proxy.resume()
    await expect(casting).rejects.toMatchObject({ code: 'UNAVAILABLE', details: { retryAfter: expect.any(Number) } })
    await expect(node.api.castVote({ ...vote, revision: 0 })).rejects.toMatchObject({ code: 'REVISION_CONFLICT' })
    const stands = { voter: 'ada', voteId: 'ada-2', revision: 2, choices: [2] }
    expect(await miscounts(pollId, [stands])).toEqual([])
  })

  test('on its way, and the voter has voted elsewhere since: a vote without a revision does not replace it', async () => {
    const pollId = await createPoll()
    const isCut = proxy.cutNext('lost on its way')
    const casting = Promise.allSettled([
      node.api.castVote({ pollId, voter: 'ada', voteId: 'ada-old', choices: [1] }),
      node.api.castVote({ pollId, voter: 'bob', voteId: 'bob-1', choices: [1] }),
    ])
    await isCut
    await other.api.castVote({ pollId, voter: 'ada', voteId: 'ada-new', choices: [2] })
    proxy.resume()
    const [old] = await casting
    expect(old).toMatchObject({ status: 'rejected', reason: { code: 'REVISION_CONFLICT' } })
    expect(
      await miscounts(pollId, [
        { voter: 'ada', voteId: 'ada-new', revision: 1, choices: [2] },
        { voter: 'bob', voteId: 'bob-1', revision: 1, choices: [1] },
      ]),
    ).toEqual([])
  })

  test('stopped with the whole line: every vote is answered in the end, and a repeat is counted once', async () => {
    const pollId = await createPoll()
    const votes = ['ada', 'bob'].map((voter) => ({ pollId, voter, voteId: `${voter}-1`, choices: [1], revision: 0 }))
    const isStopped = proxy.stopNext()
    const casting = Promise.allSettled(votes.map((vote) => node.api.castVote(vote)))
    await isStopped
    const reason = { code: 'UNAVAILABLE', details: { retryAfter: expect.any(Number) } }
    for (const answer of await casting) expect(answer).toMatchObject({ status: 'rejected', reason })
    proxy.resume()
    const receipts = await Promise.all(votes.map((vote) => node.api.castVote(vote)))
    expect(receipts).toMatchObject(votes.map(({ voteId }) => ({ voteId, revision: 1 })))
    expect(
      await miscounts(
        pollId,
        votes.map((vote) => ({ ...vote, revision: 1 })),
      ),
    ).toEqual([])
  })

  test('of a poll that is made, closed, edited, reset and deleted: each is done once', async () => {
    for (const how of ['answer lost', 'lost on its way'] as const) {
      const cut = async <T>(act: () => Promise<T>): Promise<T> => {
        const isCut = proxy.cutNext(how)
        const acting = act()
        await isCut
        proxy.resume()
        return acting
      }
      const { id, epoch } = await cut(() => node.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] }))
      expect((await cut(() => node.api.editPoll(id, { choices: ['Soup', 'Salad', 'Pie'] }))).choices).toHaveLength(3)
      expect((await cut(() => node.api.closePoll(id))).state).toBe('closed')
      expect(await cut(() => node.api.resetPoll(id, { epoch }))).toMatchObject({ epoch: epoch + 1, state: 'open' })
      await cut(() => node.api.deletePoll(id))
      await expect(other.api.getPoll(id)).rejects.toMatchObject({ code: 'POLL_NOT_FOUND' })
    }
  })
})
