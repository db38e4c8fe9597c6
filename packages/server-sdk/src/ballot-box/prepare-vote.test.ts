import { PollError } from '@live-poll/client-sdk/protocol'
import { describe, expect, it } from 'vitest'
import { pollFacts } from '../domain/poll.fixture.ts'
import { deriveKeys } from '../identity/keys.ts'
import { voterKey } from '../identity/voter-key.ts'
import { prepareVote, type VoteRequest } from './prepare-vote.ts'

const salt = 'c2FsdA'
const voterKeys = deriveKeys('a secret of at least 32 bytes, for tests').voterKeys(salt)
const poll = (boxes = 1) => ({
  rules: pollFacts({
    ...{ plan: 4, epoch: 2, boxes, salt, ballot: { kind: 'choose', min: 1, max: 2 } },
    choices: [1, 2, 3].map((id) => ({ id, label: String(id) })),
  }),
  voterKeys,
})
const request: VoteRequest = { pollId: 'p', voter: { kind: 'user', id: 'ada' }, voteId: 'v', choices: [3, 1] }

describe('prepareVote', () => {
  it('fits a vote to the plan: its ballot in one form, its voter without a name', () => {
    expect(prepareVote({ ...request, revision: 1, epoch: 2 }, poll())).toEqual({
      pollId: 'p',
      box: 0,
      voterKey: voterKey(poll().voterKeys, request.voter),
      voteId: 'v',
      plan: 4,
      planEpoch: 2,
      ballot: [1, 3],
      revision: 1,
      epoch: 2,
    })
  })

  it('prepares a retraction', () => {
    expect(prepareVote({ ...request, choices: null }, poll()).ballot).toBeNull()
  })

  it('throws INVALID with issues for what is no ballot of this poll', () => {
    for (const choices of [[], [4], [1, 2, 3]]) {
      const prepare = () => prepareVote({ ...request, choices }, poll())
      expect(prepare).toThrow(PollError)
      expect(prepare).toThrow(
        expect.objectContaining({
          code: 'INVALID',
          details: { issues: [expect.objectContaining({ path: 'choices' })] },
        }),
      )
    }
  })

  it('throws EPOCH_CHANGED, with the current one, for what was a ballot of another epoch', () => {
    const prepare = () => prepareVote({ ...request, choices: [4], epoch: 1 }, poll())
    expect(prepare).toThrow(expect.objectContaining({ code: 'EPOCH_CHANGED', details: { epoch: 2 } }))
    expect(() => prepareVote({ ...request, choices: [4], epoch: 2 }, poll())).toThrow(
      expect.objectContaining({ code: 'INVALID' }),
    )
  })

  it('sends a voter to the same box always, and voters to all boxes about equally', () => {
    const counts = Array<number>(8).fill(0)
    const eight = poll(8)
    let moved = 0
    for (let voter = 0; voter < 8000; voter++) {
      const from = { ...request, voter: { kind: 'user', id: `user-${voter}` } as const }
      const { box } = prepareVote(from, eight)
      if (prepareVote(from, eight).box !== box) moved++
      counts[box] = (counts[box] ?? 0) + 1
    }
    expect(moved).toBe(0)
    expect(counts).toHaveLength(8)
    expect(Math.min(...counts)).toBeGreaterThan(850)
    expect(Math.max(...counts)).toBeLessThan(1150)
  })
})
