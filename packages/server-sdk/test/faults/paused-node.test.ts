import { createLivePoll } from '@live-poll/server-sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRecordingLogger } from '../recording-logger.ts'
import { findMiscounts } from '../recount.ts'
import { nodeSecret } from '../servers/start-nodes.ts'
import { type CommitProxy, startCommitProxy } from './commit-proxy.ts'
import { databaseAdapters } from './database-adapters.ts'
import { type DatabaseUnderFault, describeOnEach } from './database-faults.ts'
import { startDatabaseNode } from './database-start-node.ts'

/** Milliseconds that a node which has stopped delays others at most, and what a slow machine adds to it. */
const promise = 3000
const margin = 1500

describeOnEach('A node stopped by SIGSTOP inside a transaction', ({ create }) => {
  let database: DatabaseUnderFault
  let proxy: CommitProxy
  beforeAll(async () => {
    database = await create()
    proxy = await startCommitProxy(database.url)
  })
  afterAll(async () => {
    await proxy?.close()
    await database?.drop()
  })

  test(`delays others by ${promise} ms at most; when it goes on, its votes are counted once`, async () => {
    const { name, url } = database
    const logger = createRecordingLogger()
    const other = createLivePoll({ database: databaseAdapters[name](url), secret: nodeSecret, logger })
    const node = await startDatabaseNode(name, proxy.url)
    try {
      const { id: pollId } = await other.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })
      await other.api.castVote({ pollId, voter: 'ada', voteId: 'ada-0', choices: [2] })
      const first = { pollId, voter: 'ada', voteId: 'ada-1', choices: [1], revision: 1 }
      const second = { pollId, voter: 'bob', voteId: 'bob-1', choices: [2], revision: 0 }
      const isStopped = proxy.stopNext()
      const casting = node.castAll([first])
      await isStopped
      process.kill(node.pid, 'SIGSTOP')

      const started = performance.now()
      const receipt = await other.api.castVote(second)
      const delay = performance.now() - started
      console.log(`${name}: a vote waited ${Math.round(delay)} ms for a node that had stopped`)
      expect(receipt).toEqual({ voteId: 'bob-1', revision: 1, epoch: 1 })
      expect(delay, 'it had to wait for the box').toBeGreaterThan(1000)
      expect(delay).toBeLessThan(promise + margin)

      process.kill(node.pid, 'SIGCONT')
      proxy.resume()
      const [answer] = await casting
      const repeat = answer?.code === 'UNAVAILABLE' ? await node.castAll([first]) : [answer]
      expect(repeat).toMatchObject([{ revision: 2 }])
      const { db, close } = database.connect()
      const acked = [first, second].map((vote) => ({ ...vote, revision: vote.revision + 1 }))
      expect(await findMiscounts(db, pollId, acked)).toEqual([])
      await close()
    } finally {
      await node.stop()
      await other.close()
    }
  })
})
