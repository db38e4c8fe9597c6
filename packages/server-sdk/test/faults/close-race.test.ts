import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { atLength } from '../at-length.ts'
import { type AckedVote, findMiscounts } from '../recount.ts'
import { untilInDatabase } from '../servers/postgres-gate.ts'
import { shareEmbedded } from '../servers/share-embedded.ts'
import { makeDue, type SharedDatabase, sharedDatabasesByTurns } from '../servers/shared-database.ts'
import { castOn, type NodesOnShared, startTwoNodesOn } from '../servers/start-nodes.ts'

const votesPerRound = 5000
const allRefused = new Set(['POLL_CLOSED'])

type Shared = Pick<SharedDatabase, 'db' | 'dialect' | 'forNode' | 'drop'>

/** More on Postgres, where transactions meet. */
const databases = [
  ['the embedded database', describe, shareEmbedded] as const,
  ...sharedDatabasesByTurns('races of a close'),
]
for (const [name, describeHere, makeShared] of databases) {
  const rounds = atLength(`races on ${name}`, name === 'Postgres' ? 10 : 5, 50)
  describeHere(`a close raced by 5,000 votes on two nodes on ${name}, ${rounds} times`, () =>
    describeCloseRace(makeShared, rounds),
  )
}

function describeCloseRace(makeShared: () => Promise<Shared>, rounds: number) {
  let nodes: NodesOnShared<Shared>
  beforeAll(async () => {
    // Small batches: a close that comes after so many answers must find votes that no batch has taken.
    nodes = await startTwoNodesOn(makeShared, { batchSize: 100 })
  })
  afterAll(() => nodes.stop())

  test('every vote acknowledged is in the closed result, no other is, and it never changes again', async () => {
    const started = performance.now()
    let refused = 0
    for (let round = 0; round < rounds; round++) {
      const pollId = await createPoll(round % 3 === 0 ? 4 : 1)
      const close = () => nodes.a.api.closePoll(pollId)
      const race = await castUntilAfter(pollId, ((round + 1) / (rounds + 1)) * votesPerRound, close)
      expect((await race.closing).results, `round ${round}`).toEqual(await closedResult(pollId, race.acked))
      refused += race.refused
    }
    expect(refused, 'votes that came after a close').toBeGreaterThan(rounds)
    const seconds = (performance.now() - started) / 1000
    console.log(`${rounds} rounds of ${votesPerRound} votes in ${seconds.toFixed(1)} s, ${refused} refused`)
  })

  test('the same when the closing time comes, and the schedule writes it down', async () => {
    const turns = rounds / 5
    let refused = 0
    for (let round = 0; round < turns; round++) {
      const pollId = await createPoll(1 + round)
      const late = async () => {
        await makeDue(nodes.shared, pollId)
        return castLate(pollId, 'overdue')
      }
      const race = await castUntilAfter(pollId, ((round + 1) / (turns + 1)) * votesPerRound, late)
      expect(await race.closing).toEqual(allRefused)
      await untilInDatabase('the schedule has closed the poll', () => isClosed(pollId))
      await closedResult(pollId, race.acked)
      refused += race.refused
    }
    expect(refused, 'votes that came after the time').toBeGreaterThan(turns)
  })

  async function createPoll(boxes: number): Promise<string> {
    const inAnHour = new Date(Date.now() + 3_600_000).toISOString()
    const input = { question: 'Lunch?', choices: ['Soup', 'Salad', 'Pie'], boxes, closesAt: inAnHour }
    return (await nodes.a.api.createPoll(input)).id
  }

  /** Casts all votes at once, half of them on each node, and closes when so many are acknowledged. */
  async function castUntilAfter<T>(pollId: string, acks: number, close: () => Promise<T>) {
    const acked: AckedVote[] = []
    const refusals: string[] = []
    let closing: Promise<T> | undefined
    await Promise.all(
      Array.from({ length: votesPerRound }, async (_, index) => {
        const vote = { voter: `voter-${index}`, voteId: `vote-${index}`, choices: [1 + (index % 3)] }
        const answer = await castOn(index % 2 === 0 ? nodes.a : nodes.b, { pollId, ...vote })
        if (typeof answer === 'string') refusals.push(answer)
        else acked.push({ ...vote, revision: answer })
        if (acked.length >= acks) closing ??= close()
      }),
    )
    if (!closing) throw new Error(`Only ${acked.length} votes were acknowledged: ${refusals[0]}`)
    expect(new Set(refusals)).toEqual(new Set(refusals.length > 0 ? ['POLL_CLOSED'] : []))
    return { acked, refused: refusals.length, closing }
  }

  /** @returns the closed result, which every node shows, before and after votes that are refused */
  async function closedResult(pollId: string, acked: readonly AckedVote[]) {
    expect(await findMiscounts(nodes.shared.db, pollId, acked)).toEqual([])
    const results = await nodes.a.api.getResults(pollId)
    const votes = [1, 2, 3].map((choice) => acked.filter((vote) => vote.choices?.[0] === choice).length)
    expect(results).toMatchObject({ state: 'closed', votes, voters: acked.length })

    expect(await castLate(pollId, 'late')).toEqual(allRefused)
    for (const node of [nodes.a, nodes.b]) expect(await node.api.getResults(pollId)).toEqual(results)
    expect(await findMiscounts(nodes.shared.db, pollId, acked)).toEqual([])
    return results
  }

  /** @returns the different answers to some more votes, on both nodes */
  async function castLate(pollId: string, name: string): Promise<ReadonlySet<number | string>> {
    const answers = Array.from({ length: 20 }, (_, index) => {
      const vote = { pollId, voter: `${name}-${index}`, voteId: `${name}-${index}`, choices: [1] }
      return castOn(index % 2 === 0 ? nodes.a : nodes.b, vote)
    })
    return new Set(await Promise.all(answers))
  }

  async function isClosed(pollId: string): Promise<boolean> {
    const row = await nodes.shared.db
      .selectFrom('live_poll_polls')
      .select('closed_at')
      .where('id', '=', pollId)
      .executeTakeFirstOrThrow()
    return row.closed_at !== null
  }
}
