import { PollError, type RelayVote, type VoteReceipt } from '@live-poll/client-sdk'
import { describe, expect, it } from 'vitest'
import { castFirstChoices } from './cast-first-choices.ts'
import type { Ballot } from './read-ballots.ts'

const poll = {
  id: 'p_mayor',
  choices: [
    { id: 1, label: 'ANN' },
    { id: 2, label: 'BOB' },
  ],
}

async function* ballotsOf(...names: string[]): AsyncGenerator<Ballot> {
  let row = 0
  for (const name of names) yield { row: ++row, ranks: name ? [name, 'CAT'] : [] }
}

/** A relay whose votes are answered by hand. */
function createRelay() {
  const waiting: { vote: RelayVote; answer(outcome?: Error): void }[] = []
  return {
    waiting,
    vote: (vote: RelayVote) =>
      new Promise<VoteReceipt>((resolve, reject) => {
        const receipt = { voteId: vote.voteId ?? '', revision: 1, epoch: 1 }
        waiting.push({ vote, answer: (outcome) => (outcome ? reject(outcome) : resolve(receipt)) })
      }),
  }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('castFirstChoices', () => {
  it('casts each first choice for a voter of its own and passes over blank ballots', async () => {
    const relay = createRelay()
    const progress: number[] = []
    const casting = castFirstChoices({
      relay,
      poll,
      ballots: ballotsOf('ANN', '', 'BOB', 'ANN'),
      inFlight: 10,
      onProgress: (answered) => progress.push(answered),
    })
    await turn()
    expect(relay.waiting.map(({ vote }) => vote)).toEqual([
      { pollId: 'p_mayor', voter: 'ballot-1', voteId: 'ballot-1', choices: [1], revision: 0 },
      { pollId: 'p_mayor', voter: 'ballot-3', voteId: 'ballot-3', choices: [2], revision: 0 },
      { pollId: 'p_mayor', voter: 'ballot-4', voteId: 'ballot-4', choices: [1], revision: 0 },
    ])
    for (const { answer } of relay.waiting) answer()
    const report = await casting
    expect([...report.votes]).toEqual([
      ['ANN', 2],
      ['BOB', 1],
    ])
    expect(report).toMatchObject({ cast: 3, blank: 1 })
    expect(progress).toEqual([1, 2, 3])
  })

  it('keeps no more votes in flight than it may', async () => {
    const relay = createRelay()
    const casting = castFirstChoices({ relay, poll, ballots: ballotsOf('ANN', 'ANN', 'ANN'), inFlight: 2 })
    await turn()
    expect(relay.waiting).toHaveLength(2)
    relay.waiting[1]?.answer()
    await turn()
    expect(relay.waiting).toHaveLength(3)
    relay.waiting[0]?.answer()
    relay.waiting[2]?.answer()
    expect((await casting).cast).toBe(3)
  })

  it('ends with the first vote that is refused', async () => {
    const relay = createRelay()
    const casting = castFirstChoices({ relay, poll, ballots: ballotsOf('ANN', 'BOB'), inFlight: 1 })
    await turn()
    relay.waiting[0]?.answer(new PollError('POLL_CLOSED'))
    await expect(casting).rejects.toMatchObject({ code: 'POLL_CLOSED' })
    expect(relay.waiting).toHaveLength(1)
  })

  it('refuses a ballot for someone who is no choice', async () => {
    const casting = castFirstChoices({ relay: createRelay(), poll, ballots: ballotsOf('DAN'), inFlight: 1 })
    await expect(casting).rejects.toThrow('Ballot 1 names DAN')
  })
})
