import { createPollClient, type Relay, type WatchedPoll } from '@live-poll/client-sdk'
import { WebSocket } from 'ws'
import type { AckedVote } from '../recount.ts'
import { type Crowd, connectCrowd } from './crowd.ts'
import type { Fleet, FleetNode } from './fleet.ts'

/** A poll that is voted on. */
export interface LoadPoll {
  readonly id: string
  readonly choices: number
}

export interface LoadOptions {
  readonly polls: readonly LoadPoll[]
  /** Voters at once; each casts some votes and makes place for another. */
  readonly voters: number
  /** Deterministic numbers in [0, 1). */
  random(): number
}

/** Counts of what was sent and how it was answered. */
export interface LoadCounts {
  changes: number
  retractions: number
  /** Acknowledged votes sent again. */
  repeats: number
  /** Votes sent to another node before the first had answered. */
  sentElsewhere: number
  /** Votes whose outcome was unknown until they were sent again. */
  unknown: number
}

export interface Load {
  /** Of each poll, every acknowledged vote. */
  acked(pollId: string): readonly AckedVote[]
  /** Acknowledged votes, of all polls. */
  count(): number
  readonly counts: LoadCounts
  /** Answers that no promise allows. */
  readonly wrong: string[]
  /** What the clients who watch at a node are shown of a poll. */
  screens(node: FleetNode, pollId: string): readonly (WatchedPoll | undefined)[]
  /** Another process stands there: those who were connected to it connect anew, and ask again for what is unanswered. */
  replaced(node: FleetNode): void
  /** Casts no more votes. Resolves when each one is answered. */
  end(): Promise<void>
  close(): void
}

/** Votes of one voter. */
const votesEach = 40

/** Milliseconds until a vote that is not answered is sent to another node, too. */
const impatience = 1500

/**
 * Has voters vote, change, retract and send again, over relays and voters' own clients, on all nodes. A vote keeps its id
 * until it is answered, is sent to another node when one does not answer, and every answer to it must say the same.
 */
export function startLoad(fleet: Fleet, { polls, voters, random }: LoadOptions): Load {
  const acked = new Map<string, AckedVote[]>(polls.map(({ id }) => [id, []]))
  const counts: LoadCounts = { changes: 0, retractions: 0, repeats: 0, sentElsewhere: 0, unknown: 0 }
  const wrong: string[] = []
  const crowds = new Map<FleetNode, Crowd>()
  let count = 0
  let isOver = false
  let isClosed = false
  let lastVoter = 0

  for (const node of fleet.nodes) crowds.set(node, connectCrowd(node, polls))

  function note(pollId: string, vote: AckedVote) {
    acked.get(pollId)?.push(vote)
    count++
  }

  const pick = <T>(items: readonly T[]) => items[Math.floor(random() * items.length)] as T

  function drawChoices({ choices }: LoadPoll): readonly number[] {
    const first = 1 + Math.floor(random() * choices)
    const second = 1 + Math.floor(random() * choices)
    return [...new Set([first, second])]
  }

  /** Voters one after the other, each for some votes, until it is over. */
  async function voteOverRelays(index: number) {
    while (!isOver) await voteAs(`voter-${++lastVoter}`, index)
  }

  async function voteAs(voter: string, index: number) {
    const poll = polls[index % polls.length] as LoadPoll
    const pollId = poll.id
    /** Relays that have not answered something of this voter's yet: they are not asked anything else. */
    const busy = new Map<Relay, Promise<unknown>>()
    let last: AckedVote | undefined
    for (let turn = 0; turn < votesEach && !isOver; turn++) {
      if (last && random() < 0.1) {
        counts.repeats++
        const { isDuplicate } = await ask(pollId, last, busy)
        if (!isDuplicate) wrong.push(`${last.voteId} was sent again, and accepted as new.`)
        continue
      }
      const isRetraction: boolean = Boolean(last?.choices) && random() < 0.2
      const revision: number = (last?.revision ?? 0) + 1
      const choices = isRetraction ? null : drawChoices(poll)
      if (isRetraction) counts.retractions++
      else if (last) counts.changes++
      const vote: AckedVote = { voter, voteId: `${voter}.${revision}`, revision, choices }
      await ask(pollId, vote, busy)
      note(pollId, vote)
      last = vote
    }
  }

  /**
   * Asks one node after the other until one has answered. What the others say later must be the same.
   * @param vote with the revision that it is to become
   */
  async function ask(
    pollId: string,
    { voter, voteId, choices, revision }: AckedVote,
    busy: Map<Relay, Promise<unknown>>,
  ): Promise<{ isDuplicate: boolean }> {
    let isAnswered = false
    let wasUnknown = false
    const asked = new Map<Relay, Promise<{ isDuplicate: boolean } | undefined>>()

    function askAt(relay: Relay) {
      const vote = { pollId, voter, voteId, choices, revision: revision - 1, epoch: 1 }
      const answer = relay.vote(vote).then(
        (receipt) => {
          busy.delete(relay)
          if (receipt.revision !== revision) wrong.push(`${voteId} became revision ${receipt.revision}.`)
          isAnswered = true
          return { isDuplicate: receipt.duplicate === true }
        },
        ({ code }: { readonly code?: string }) => {
          busy.delete(relay)
          asked.delete(relay)
          if (code === 'UNAVAILABLE') {
            if (!wasUnknown && !isAnswered) counts.unknown++
            wasUnknown = true
          } else if (code !== 'REVISION_CONFLICT' || !isAnswered) wrong.push(`${voteId} was answered ${code}.`)
          return undefined
        },
      )
      busy.set(relay, answer)
      asked.set(relay, answer)
    }

    for (let turn = Math.floor(random() * fleet.nodes.length); ; turn++) {
      const { relay } = crowds.get(fleet.nodes[turn % fleet.nodes.length] as FleetNode) as Crowd
      if (!busy.has(relay)) {
        if (asked.size > 0) counts.sentElsewhere++
        askAt(relay)
      }
      const answer = await firstOf([...asked.values()], impatience)
      if (answer) return answer
      if (isClosed) throw new Error(`${voteId} was not answered before the end.`)
    }
  }

  /** Voters' own clients, which stay whatever happens to their node, each with one vote after the other. */
  function voteOverClients(node: FleetNode) {
    const poll = pick(polls)
    const client = createPollClient({ server: node.server, storage: null, WebSocket })
    const voter = `the client at ${node.name}`
    client.watch(poll.id, () => {}) // as a page does: what a client knows of its own vote it keeps while it watches
    let own: AckedVote | undefined
    async function voting() {
      while (!isOver) {
        const choices = drawChoices(poll)
        const { voteId, revision } = await client.vote(poll.id, choices)
        if (revision !== (own?.revision ?? 0) + 1) wrong.push(`${voter}: ${voteId} became revision ${revision}.`)
        own = { voter, voteId, revision, choices }
        note(poll.id, own)
      }
    }
    const ended = voting().catch(({ code, message, details }) => {
      const stands = `the box has ${details?.vote?.voteId} at ${details?.revision}`
      wrong.push(`${voter}, told ${own?.voteId} at ${own?.revision}, was answered ${code}: ${message} (${stands})`)
    })
    return { ended, close: () => client.close() }
  }

  const clients = fleet.nodes.map(voteOverClients)
  const lanes = Array.from({ length: voters }, (_, index) => voteOverRelays(index))
  const ended = Promise.all([...lanes, ...clients.map((client) => client.ended)])
  ended.catch((error) => wrong.push(String(error)))

  return {
    acked: (pollId) => acked.get(pollId) ?? [],
    count: () => count,
    counts,
    wrong,
    screens: (node, pollId) => crowds.get(node)?.screens(pollId) ?? [],
    replaced(node) {
      const crowd = crowds.get(node)
      crowds.set(node, connectCrowd(node, polls))
      crowd?.close()
    },
    async end() {
      isOver = true
      await ended
    },
    close() {
      isOver = true
      isClosed = true
      for (const crowd of crowds.values()) crowd.close()
      for (const client of clients) client.close()
    },
  }
}

/** @returns the first that is not undefined; undefined when there is none, at the latest when the time is over */
function firstOf<T>(answers: readonly Promise<T | undefined>[], ms: number): Promise<T | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), ms)
    const settle = (answer: T | undefined) => {
      clearTimeout(timer)
      resolve(answer)
    }
    for (const answer of answers) void answer.then((found) => found !== undefined && settle(found))
    if (answers.length > 0) void Promise.all(answers).then((all) => all.some(Boolean) || settle(undefined))
  })
}
