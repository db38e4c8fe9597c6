import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PollEvent } from '@live-poll/server-sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createEventCounter } from '../../../../examples/kafka-tally/src/event-counter.ts'
import { outboxFailpoints } from '../../src/ports/failpoints.ts'
import { findDisorder } from '../poll-events.ts'
import { sharedDatabasesByTurns } from '../servers/shared-database.ts'
import { type NodesOnShared, nodeSecret, startTwoNodesOn } from '../servers/start-nodes.ts'
import { bundleNode } from './bundle-node.ts'
import type { FaultyDatabase } from './database-adapters.ts'
import type { OutboxNodeOrder, OutboxNodeStart } from './outbox-node.ts'

/** Voters at each node, and deliveries that go well before the one at which it dies. */
const votesEach = 40
const passings = [1, 3]

for (const [name, describeHere, makeShared] of sharedDatabasesByTurns('kills while events go out')) {
  describeHere(`Nodes on ${name} that are killed at each failpoint of the outbox`, () => {
    let nodes: NodesOnShared
    let folder: string
    let file: string
    beforeAll(async () => {
      nodes = await startTwoNodesOn(makeShared)
      folder = await mkdtemp(join(tmpdir(), 'live-poll-outbox-'))
      file = join(folder, 'events')
      await writeFile(file, '')
    })
    afterAll(async () => {
      await nodes.stop()
      await rm(folder, { recursive: true })
    })

    async function startNode() {
      const { url } = nodes.shared
      const database = name.toLowerCase() as FaultyDatabase
      const argument: OutboxNodeStart = { database, url, secret: nodeSecret, file }
      const child = fork(await bundleNode('outbox-node'), [JSON.stringify(argument)])
      const exited = once(child, 'exit').then(([code, signal]) => String(signal ?? code))
      let voted = 0
      const ready = new Promise<void>((resolve) => {
        child.on('message', (message) => (message === 'ready' ? resolve() : voted++))
      })
      await Promise.race([ready, exited.then((how) => Promise.reject(new Error(`The node ended: ${how}.`)))])
      const tell = (order: OutboxNodeOrder) => void child.send(order, () => {}) // which may be dead by now
      return { tell, exited, voted: () => voted, child }
    }

    it('deliver every vote that is in the box: none is lost, repeats are the same, the order is kept', async () => {
      const { id: pollId } = await nodes.a.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'], boxes: 2 })
      for (const point of outboxFailpoints) {
        for (const passing of passings) {
          const node = await startNode()
          node.tell({ point, passing })
          // Waves, for one after the other to be delivered.
          const waves = setInterval(() => node.child.connected && node.tell({ pollId, votes: votesEach }), 150)
          expect(await node.exited, `${point}, ${passing}`).toBe('SIGKILL')
          clearInterval(waves)
          // What it had claimed would be free in ten seconds.
          await nodes.shared.db.updateTable('live_poll_outbox_lanes').set({ claimed_until: null }).execute()
        }
      }
      const last = await startNode()
      last.tell({ pollId, votes: votesEach })
      await expect.poll(last.voted, { timeout: 30_000 }).toBe(votesEach)
      const left = () => nodes.shared.db.selectFrom('live_poll_outbox').select('seq').execute()
      await expect.poll(left, { timeout: 30_000 }).toEqual([])
      last.child.kill('SIGKILL')
      await last.exited

      const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
      const events = lines.map((line) => JSON.parse(line) as PollEvent)
      const { votes, voters } = await nodes.a.api.getResults(pollId)
      const distinct = new Set(events.map(({ id }) => id)).size
      console.log(`${name}: ${voters} votes, ${events.length} events, ${events.length - distinct} of them again`)
      expect(findDisorder(events)).toEqual([])
      expect(events.length, 'with those that were delivered, and their node died').toBeGreaterThan(distinct)
      expect(distinct).toBe(voters)
      const counter = createEventCounter()
      for (const event of events) counter.take(event)
      expect([1, 2].map((choice) => counter.read(pollId)?.votes.get(choice))).toEqual(votes)
      const rows = await nodes.shared.db.selectFrom('live_poll_votes').select('voter_key').execute()
      expect(rows).toHaveLength(voters)
    })
  })
}
