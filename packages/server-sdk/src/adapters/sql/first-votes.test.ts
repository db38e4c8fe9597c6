import { describe, expect, it } from 'vitest'
import type { PreparedVote } from '../../ports/ballot-store.ts'
import { Chances, toChanges, toFirstVotes } from './first-votes.ts'

function vote(voterKey: string, fields: Partial<PreparedVote> = {}): PreparedVote {
  return {
    ...{ pollId: 'p', box: 0, voterKey, voteId: `vote of ${voterKey}`, plan: 4, planEpoch: 2, ballot: [1] },
    ...{ revision: undefined, epoch: undefined },
    ...fields,
  }
}

const none: ReadonlySet<string> = new Set()

describe('a batch as first votes', () => {
  it('is in its order, and counted by what is on its ballots', () => {
    const batch = [vote('c', { ballot: [1, 3] }), vote('a', { revision: 0 }), vote('b', { ballot: [3], epoch: 2 })]
    const first = toFirstVotes(batch, none)
    expect(first?.boxes).toEqual([{ pollId: 'p', box: 0, plan: 4, epoch: 2 }])
    expect(first?.votes.map(({ voterKey }) => voterKey)).toEqual(['c', 'a', 'b'])
    const place = { pollId: 'p', box: 0 }
    expect(first?.deltas).toEqual([
      { ...place, bucket: '1', votes: 1 },
      { ...place, bucket: '3', votes: 1 },
      { ...place, bucket: 'only-1', votes: 1 },
      { ...place, bucket: 'only-3', votes: 1 },
      { ...place, bucket: 'voters', votes: 1 },
    ])
    expect(first).not.toHaveProperty('events')
  })

  it('changes what those votes change which are decided one by one', () => {
    const batch = [vote('c', { ballot: [1, 3] }), vote('a')]
    const changes = toChanges(batch)
    expect(changes.deltas()).toEqual(toFirstVotes(batch, none)?.deltas)
    expect(changes.votes()).toMatchObject([
      { voterKey: 'a', row: { ballot: [1], revision: 1, voteId: 'vote of a' }, before: undefined, epoch: 2 },
      { voterKey: 'c', row: { ballot: [1, 3], revision: 1, voteId: 'vote of c' }, before: undefined, epoch: 2 },
    ])
  })

  it('tells sinks what has happened', () => {
    const events = toFirstVotes([vote('b'), vote('a', { ballot: [2] })], new Set(['kafka']))?.events
    expect(events?.sinks).toEqual(['kafka'])
    expect(events?.boxes).toHaveLength(1)
    const [box] = events?.boxes ?? []
    expect(box).toMatchObject({ pollId: 'p', box: 0, epoch: 2 })
    expect(box?.events.split('\x1e').map((text) => JSON.parse(text))).toEqual([
      { type: 'vote.accepted', voterKey: 'b', revision: 1, choices: [1], before: null },
      { type: 'vote.accepted', voterKey: 'a', revision: 1, choices: [2], before: null },
    ])
  })

  it.each([
    ['nothing', []],
    ['a voter twice', [vote('a'), vote('a', { voteId: 'again' })]],
    ['a vote that says it is a change', [vote('a'), vote('b', { revision: 1 })]],
    ['a vote that is taken back', [vote('a'), vote('b', { ballot: null })]],
    ['a vote of another epoch', [vote('a'), vote('b', { epoch: 1 })]],
    ['a vote that needs an invitation', [vote('a'), vote('b', { invitation: 'i' })]],
    ['two plans', [vote('a'), vote('b', { plan: 5 })]],
  ] as const)('is none with %s', (_, batch) => {
    expect(toFirstVotes(batch, none)).toBeUndefined()
  })
})

describe('a batch of several boxes as first votes', () => {
  const batch = [
    vote('c', { pollId: 'q', plan: 7, planEpoch: 3 }),
    vote('a', { box: 1, ballot: [1, 3] }),
    vote('b'),
    vote('a', { pollId: 'q', plan: 7, planEpoch: 3 }),
  ]

  it('has each box once, with the plan of its poll, and what it counts', () => {
    const first = toFirstVotes(batch, none)
    expect(first?.boxes).toEqual([
      { pollId: 'p', box: 0, plan: 4, epoch: 2 },
      { pollId: 'p', box: 1, plan: 4, epoch: 2 },
      { pollId: 'q', box: 0, plan: 7, epoch: 3 },
    ])
    expect(first?.votes, 'box by box').toEqual([batch[2], batch[1], batch[0], batch[3]])
    expect(first?.deltas).toEqual(toChanges(batch).deltas())
    expect(first).not.toHaveProperty('events')
  })

  it('tells sinks what has happened in each box', () => {
    const events = toFirstVotes(batch, new Set(['kafka']))?.events
    expect(events?.boxes.map(({ pollId, box, epoch }) => ({ pollId, box, epoch }))).toEqual([
      { pollId: 'p', box: 0, epoch: 2 },
      { pollId: 'p', box: 1, epoch: 2 },
      { pollId: 'q', box: 0, epoch: 3 },
    ])
    expect(events?.boxes[2]?.events.split('\x1e').map((text) => JSON.parse(text).voterKey)).toEqual(['c', 'a'])
  })

  it.each([
    ['a voter twice in a poll', vote('b', { voteId: 'again' })],
    ['a vote that says it is a change', vote('d', { revision: 1 })],
    ['a vote that is taken back', vote('d', { ballot: null })],
    ['a vote that needs an invitation', vote('d', { invitation: 'i' })],
    ['two plans of a poll', vote('d', { plan: 5 })],
  ])('is none with %s', (_, another) => {
    expect(toFirstVotes([...batch, another], none)).toBeUndefined()
  })
})

it('tries fewer and fewer batches while they turn out to be others, and all after one that was not', () => {
  const chances = new Chances()
  const passedUntilNext = () => {
    let passed = 0
    while (!chances.take()) passed++
    return passed
  }
  const passed = Array.from({ length: 8 }, () => {
    chances.tell(false)
    return passedUntilNext()
  })
  expect(passed).toEqual([1, 3, 7, 15, 31, 63, 63, 63])
  chances.tell(true)
  expect([passedUntilNext(), passedUntilNext()]).toEqual([0, 0])
})
