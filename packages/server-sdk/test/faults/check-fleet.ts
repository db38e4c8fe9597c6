import type { Poll, Results } from '@live-poll/client-sdk/protocol'
import type { Kysely } from 'kysely'
import type { Tables } from '../../src/adapters/sql/tables.ts'
import { findMiscounts, type RecountedResults, recountResults } from '../recount.ts'
import type { Fleet, FleetNode } from './fleet.ts'
import type { Load, LoadPoll } from './load.ts'

/** What was found when all was over; every list is empty when every promise is kept. */
export interface FleetFindings {
  /** Acknowledged votes that are not in the box as they were acknowledged, votes nobody was told of, wrong tallies. */
  readonly miscounts: readonly string[]
  /** Answers that no promise allows. */
  readonly wrong: readonly string[]
  /** Nodes that showed something else than the database holds, two seconds after the last vote or the close. */
  readonly differences: readonly string[]
  /** Closed results that have changed, and votes taken after a close. */
  readonly notFrozen: readonly string[]
  /** Nodes that ended and were not killed. */
  readonly exits: readonly string[]
  /** Milliseconds until every node showed what the database holds: after the last vote, after the last close. */
  readonly equalAfter: readonly [votes: number, close: number]
}

/** Milliseconds in which every node shows what is committed. */
const promise = 2000

/** Milliseconds that are waited for it, to tell late from never. */
const patience = 15_000

/** Called when the last vote is answered and every node serves. Closes the polls. */
export async function checkFleet(
  fleet: Fleet,
  load: Load,
  polls: readonly LoadPoll[],
  db: Kysely<Tables>,
): Promise<FleetFindings> {
  const differences: string[] = []
  const notFrozen: string[] = []

  /** @returns a sentence for each node that shows something else than was counted */
  async function findOthers(isClosed: boolean): Promise<readonly string[]> {
    const found: string[] = []
    for (const { id, choices } of polls) {
      const counted = await recountResults(db, id, choices)
      for (const node of fleet.nodes) {
        const shown = [await node.call<Results>('GET', `/polls/${id}/results`)]
        const watched = load.screens(node, id).map((screen) => screen?.results ?? undefined)
        for (const [way, results] of [...shown, ...watched].entries()) {
          const isEqual = isSame(results, counted) && (!isClosed || results?.state === 'closed')
          const says = results ? `${results.votes} by ${results.voters}, ${results.state}` : 'nothing'
          const where = way === 0 ? 'answers' : 'shows to who watches'
          if (!isEqual)
            found.push(`${node.name} ${where} ${says} of ${id}; counted ${counted.votes} by ${counted.voters}`)
        }
      }
    }
    return found
  }

  async function untilEqual(isClosed: boolean): Promise<number> {
    const started = performance.now()
    for (;;) {
      const found = await findOthers(isClosed)
      const after = performance.now() - started
      if (found.length > 0 && after < patience) continue
      if (found.length > 0) differences.push(...found)
      else if (after > promise) differences.push(`Equal only after ${Math.round(after)} ms.`)
      return after
    }
  }

  const miscounts = async () => {
    const found: string[] = []
    for (const { id } of polls) found.push(...(await findMiscounts(db, id, load.acked(id))))
    return found
  }

  const afterVotes = await untilEqual(false)
  const before = await miscounts()

  const closed = new Map<string, Results | null>()
  for (const [index, { id }] of polls.entries()) {
    const node = fleet.nodes[index % fleet.nodes.length] as FleetNode
    closed.set(id, (await node.call<Poll>('POST', `/polls/${id}/close`)).results)
  }
  const afterClose = await untilEqual(true)
  for (const { id } of polls) {
    for (const node of fleet.nodes) {
      notFrozen.push(...(await castLate(node, id)))
      const results = await node.call<Results>('GET', `/polls/${id}/results`)
      if (!isSame(results, closed.get(id)))
        notFrozen.push(`${node.name} answers ${results.votes} of ${id} after the close.`)
    }
  }
  return {
    miscounts: [...before, ...(await miscounts())],
    wrong: load.wrong,
    differences,
    notFrozen,
    exits: fleet.exits(),
    equalAfter: [Math.round(afterVotes), Math.round(afterClose)],
  }

  async function castLate(node: FleetNode, pollId: string): Promise<readonly string[]> {
    const { voters } = await node.call<{ voters: { token: string }[] }>('POST', '/voters', { voters: ['late'] })
    const answer = await fetch(`${node.directServer()}/polls/${pollId}/vote`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${voters[0]?.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ voteId: `late-${node.name.replace(' ', '-')}`, choices: [1] }),
    })
    const said = await answer.text()
    return said.includes('POLL_CLOSED') ? [] : [`${node.name} answered a late vote with ${answer.status} ${said}`]
  }
}

function isSame(results: RecountedResults | null | undefined, counted: RecountedResults | null | undefined): boolean {
  return results?.voters === counted?.voters && String(results?.votes) === String(counted?.votes)
}
