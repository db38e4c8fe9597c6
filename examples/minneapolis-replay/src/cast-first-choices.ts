import { createHistogram } from 'node:perf_hooks'
import type { Poll, Relay } from '@live-poll/client-sdk'
import type { Ballot } from './read-ballots.ts'

export interface CastInput {
  readonly relay: Pick<Relay, 'vote'>
  readonly poll: Pick<Poll, 'id' | 'choices'>
  readonly ballots: AsyncIterable<Ballot>
  /** Votes that may wait for their answer at once. */
  readonly inFlight: number
  /** Called with the number of votes answered so far. */
  onProgress?(answered: number): void
}

/** What was cast, counted here and not by the server; every vote in it is acknowledged. */
export interface CastReport {
  readonly votes: ReadonlyMap<string, number>
  readonly cast: number
  readonly blank: number
  readonly seconds: number
  /** Milliseconds from handing a vote to the relay to its answer. */
  readonly acknowledged: { readonly p50: number; readonly p99: number }
}

/**
 * Casts the first choice of every ballot that has one, each for a voter of its own (`ballot-17` for row 17).
 * @throws Error for a candidate that is no choice of the poll; PollError as the relay's
 */
export async function castFirstChoices({ relay, poll, ballots, inFlight, onProgress }: CastInput): Promise<CastReport> {
  const choiceIds = new Map(poll.choices.map(({ id, label }) => [label, id]))
  const votes = new Map<string, number>()
  const microseconds = createHistogram()
  const started = performance.now()
  let cast = 0
  let answered = 0
  let blank = 0
  let failure: unknown
  let wake = () => {}

  function send(voter: string, choiceId: number): void {
    const sent = performance.now()
    relay.vote({ pollId: poll.id, voter, choices: [choiceId], voteId: voter, revision: 0 }).then(
      () => {
        microseconds.record(Math.max(1, Math.round((performance.now() - sent) * 1000)))
        answered++
        onProgress?.(answered)
        wake()
      },
      (error) => {
        failure ??= error
        wake()
      },
    )
  }

  /** Resolves when at most this many votes wait for their answer. */
  async function untilWaiting(most: number): Promise<void> {
    while (cast - answered > most && failure === undefined) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    if (failure !== undefined) throw failure
  }

  for await (const { row, ranks } of ballots) {
    const [name] = ranks
    if (name === undefined) {
      blank++
      continue
    }
    const choiceId = choiceIds.get(name)
    if (choiceId === undefined) throw new Error(`Ballot ${row} names ${name}, who is no choice of the poll.`)
    await untilWaiting(inFlight - 1)
    votes.set(name, (votes.get(name) ?? 0) + 1)
    cast++
    send(`ballot-${row}`, choiceId)
  }
  await untilWaiting(0)
  return {
    votes,
    cast,
    blank,
    seconds: (performance.now() - started) / 1000,
    acknowledged: { p50: microseconds.percentile(50) / 1000, p99: microseconds.percentile(99) / 1000 },
  }
}
