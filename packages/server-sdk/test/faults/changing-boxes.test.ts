import { createPollClient, type WatchedPoll } from '@live-poll/client-sdk'
import type { Poll } from '@live-poll/client-sdk/protocol'
import { createLivePoll, type LivePoll } from '@live-poll/server-sdk'
import type { Kysely } from 'kysely'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { postgresSql } from '../../src/adapters/postgres/postgres-sql.ts'
import { openSqlDatabase } from '../../src/adapters/sql/open-sql-database.ts'
import type { Tables } from '../../src/adapters/sql/tables.ts'
import type { Logger } from '../../src/ports/logger.ts'
import { openEmbeddedStores } from '../conformance/embedded-stores.ts'
import { createRecordingLogger } from '../recording-logger.ts'
import { type AckedVote, findMiscounts } from '../recount.ts'
import { serveNode } from '../servers/serve-node.ts'
import { sharedDatabasesByTurns } from '../servers/shared-database.ts'
import { nodeSecret, startTwoNodesOn } from '../servers/start-nodes.ts'

const clients = 64
const votesEach = 20

/** For a slow machine. */
const patience = { timeout: 30_000 }

/** What changes, and after how many of all votes. */
const changes: readonly { readonly after: number; readonly boxes?: number; readonly choice?: string }[] = [
  { after: 0.15, boxes: 4 },
  { after: 0.3, choice: 'Pie' },
  { after: 0.45, boxes: 16 },
  { after: 0.6, choice: 'Bread' },
  { after: 0.75, choice: 'Cake' },
]

interface Servers {
  readonly nodes: readonly LivePoll[]
  readonly db: Kysely<Tables>
  stop(): Promise<void>
}

/** No client of this test is too fast. */
const channel = { messagesPerSecond: 100_000, messageBurst: 100_000 }

test('on the embedded database: 64 clients vote, change and retract while boxes and choices are added', async () => {
  await voteAmongChanges(async () => {
    const stores = await openEmbeddedStores()
    const { db, close } = stores
    const database = {
      name: 'embedded',
      open: async (logger: Logger) => ({
        ...openSqlDatabase(db, postgresSql, logger),
        isShared: false,
        lanes: 1,
        unsafeSettings: [],
        close,
      }),
      migrate: async () => [],
    }
    const livePoll = createLivePoll({ database, secret: nodeSecret, logger: createRecordingLogger(), channel })
    await livePoll.ready()
    return { nodes: [livePoll], db: stores.db, stop: () => livePoll.close() }
  })
})

for (const [name, describeHere, makeShared] of sharedDatabasesByTurns('changing boxes')) {
  describeHere(`on two nodes on ${name}`, () => {
    test('64 clients vote, change and retract while boxes and choices are added', async () => {
      await voteAmongChanges(async () => {
        const { a, b, shared, stop } = await startTwoNodesOn(makeShared, { channel })
        return { nodes: [a, b], db: shared.db, stop }
      })
    })
  })
}

async function voteAmongChanges(start: () => Promise<Servers>): Promise<void> {
  const { nodes, db, stop } = await start()
  const served = await Promise.all(nodes.map(serveNode))
  const organizer = (nodes.at(-1) as LivePoll).api
  const ballot = { kind: 'choose', min: 1, max: 2 } as const
  const { id: pollId } = await organizer.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'], ballot })
  const acked: AckedVote[] = []
  const screens = await Promise.all(Array.from({ length: clients }, (_, index) => openScreen(index)))
  try {
    const pending = [...changes]
    const changing: Promise<Poll>[] = []
    await Promise.all(
      screens.map((screen) =>
        voteAll(screen, (vote) => {
          acked.push(vote)
          const next = pending[0]
          if (!next || acked.length < next.after * clients * votesEach) return
          pending.shift()
          changing.push(change(next))
        }),
      ),
    )
    await Promise.all(changing)
    expect(changing).toHaveLength(changes.length)
    expect(acked).toHaveLength(clients * votesEach)
    expect(await findMiscounts(db, pollId, acked)).toEqual([])

    const { choices, edition, results } = await organizer.getPoll(pollId)
    expect({ choices: choices.length, edition }).toEqual({ choices: 5, edition: 4 })
    expect(await db.selectFrom('live_poll_boxes').selectAll().where('poll_id', '=', pollId).execute()).toHaveLength(16)
    // Without Redis a node tells of its own votes only.
    if (nodes.length > 1) return
    const shown = () => new Set(screens.map((screen) => JSON.stringify(screen.shown().results)))
    await expect.poll(shown, patience).toEqual(new Set([JSON.stringify(results)]))
  } finally {
    for (const { client } of screens) client.close()
    for (const node of served) await node.close()
    await stop()
  }

  async function change({ boxes, choice }: (typeof changes)[number]): Promise<Poll> {
    if (boxes !== undefined) return organizer.editPoll(pollId, { boxes })
    const { choices } = await organizer.getPoll(pollId)
    return organizer.editPoll(pollId, { choices: [...choices, choice ?? ''] })
  }

  /** A client that watches the poll. */
  async function openScreen(index: number) {
    const server = `${served[index % served.length]?.origin}/live-poll`
    const client = createPollClient({ server, storage: null, WebSocket })
    let shown: WatchedPoll | undefined
    client.watch(pollId, (state) => {
      shown = state
    })
    await expect.poll(() => shown?.status, patience).toBe('ready')
    return { index, client, shown: () => shown as WatchedPoll }
  }

  type Screen = Awaited<ReturnType<typeof openScreen>>

  async function voteAll({ index, client, shown }: Screen, onAck: (vote: AckedVote) => void): Promise<void> {
    let own: readonly number[] | null = null
    for (let turn = 0; turn < votesEach; turn++) {
      const ids = shown().poll?.choices.map((choice) => choice.id) ?? []
      const isRetraction: boolean = own !== null && (index + turn) % 5 === 0
      const picked = new Set([ids[(index + turn) % ids.length] ?? 1, ids[(index * turn) % ids.length] ?? 1])
      const choices: readonly number[] | null = isRetraction ? null : [...picked]
      const { voteId, revision } = await client.vote(pollId, choices)
      own = choices
      onAck({ voter: `client-${index}`, voteId, revision, choices })
    }
  }
}
