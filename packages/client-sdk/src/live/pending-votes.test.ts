import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { rejected, vote, voted } from '../../test/vote-messages.ts'
import type { VoteMessage } from '../protocol/messages.ts'
import { PollError } from '../protocol/poll-error.ts'
import { createPendingVotes, type Later, type Replaced } from './pending-votes.ts'
import { createSharedTimers } from './shared-timers.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Pending votes on a line that is up, and what was sent on it. */
function createLine(later?: Later) {
  const votes = createPendingVotes(undefined, later)
  const sent: VoteMessage[] = []
  const send = (message: VoteMessage) => void sent.push(message)
  votes.connected(send)
  return { votes, sent, send, ids: () => sent.map(({ voteId }) => voteId) }
}

describe('a vote', () => {
  it('is sent once and answered by its receipt', async () => {
    const { votes, sent } = createLine()
    const receipt = votes.cast(vote('a', { revision: 0, epoch: 1 }))
    expect(sent).toEqual([{ type: 'vote', voteId: 'a', pollId: 'lunch', choices: [1], revision: 0, epoch: 1 }])
    expect(votes.size).toBe(1)
    votes.answered(voted('a', { duplicate: true, voter: 'ann' }))
    expect(await receipt).toEqual({ voteId: 'a', revision: 1, epoch: 1, duplicate: true })
    expect(votes.size).toBe(0)
  })

  it('waits for a line, and goes out again, unchanged, on every new one until it is answered', async () => {
    const { votes, sent, send, ids } = createLine()
    votes.disconnected()
    const receipt = votes.cast(vote('a'))
    expect(ids()).toEqual([])
    votes.connected(send)
    votes.disconnected()
    votes.connected(send)
    expect(ids()).toEqual(['a', 'a'])
    expect(sent[1]).toEqual(sent[0])
    votes.answered(voted('a'))
    await receipt
    votes.disconnected()
    votes.connected(send)
    expect(ids()).toEqual(['a', 'a'])
  })

  it('is rejected with the code, the words and the details of the server', async () => {
    const { votes } = createLine()
    const receipt = votes.cast(vote('a'))
    votes.answered(rejected('a', { code: 'REVISION_CONFLICT', message: 'Changed.', revision: 3 }))
    await expect(receipt).rejects.toMatchObject({
      code: 'REVISION_CONFLICT',
      message: 'Changed.',
      details: { revision: 3, voteId: 'a' },
    })
    expect(votes.size).toBe(0)
  })

  it('is not mistaken for one that is not on its way', () => {
    const { votes } = createLine()
    votes.answered(voted('stranger'))
    votes.answered(rejected('stranger'))
    expect(votes.size).toBe(0)
  })
})

describe('votes of one voter on one poll', () => {
  it('go one after the other; other voters and other polls do not wait', async () => {
    const { votes, ids } = createLine()
    const all = [
      votes.cast(vote('a1', { voter: 'ann' })),
      votes.cast(vote('a2', { voter: 'ann' })),
      votes.cast(vote('a3', { voter: 'ann' })),
      votes.cast(vote('b1', { voter: 'bob' })),
      votes.cast(vote('a-dinner', { voter: 'ann', pollId: 'dinner' })),
    ]
    expect(ids()).toEqual(['a1', 'b1', 'a-dinner'])
    votes.answered(voted('a1'))
    await all[0]
    expect(ids()).toEqual(['a1', 'b1', 'a-dinner', 'a2'])
    votes.answered(rejected('a2'))
    await expect(all[1]).rejects.toThrow(PollError)
    expect(ids()).toEqual(['a1', 'b1', 'a-dinner', 'a2', 'a3'])
  })

  it('do not overtake each other on a new line', async () => {
    const { votes, send, ids } = createLine()
    const first = votes.cast(vote('a1'))
    void votes.cast(vote('a2'))
    votes.disconnected()
    votes.connected(send)
    expect(ids()).toEqual(['a1', 'a1'])
    votes.answered(voted('a1'))
    await first
    expect(ids()).toEqual(['a1', 'a1', 'a2'])
  })

  it('name what they replace when it is their turn, not before', async () => {
    const { votes, sent } = createLine()
    let revision: number | null = null
    const replaces = () => (revision === null ? null : { revision, epoch: 7 })
    const first = votes.cast(vote('a1'), replaces).then((receipt) => {
      revision = receipt.revision
    })
    void votes.cast(vote('a2'), replaces)
    expect(sent).toEqual([])
    revision = 4
    votes.advance()
    expect(sent).toMatchObject([{ voteId: 'a1', revision: 4, epoch: 7 }])
    votes.answered(voted('a1', { revision: 5 }))
    await first
    expect(sent).toMatchObject([{ voteId: 'a1' }, { voteId: 'a2', revision: 5, epoch: 7 }])
  })

  it('name the same again on a new line, whatever is known by then', () => {
    const { votes, sent, send } = createLine()
    let revision = 0
    void votes.cast(vote('a'), () => ({ revision, epoch: 1 }))
    revision = 1
    votes.disconnected()
    votes.connected(send)
    votes.advance()
    expect(sent).toMatchObject([{ revision: 0 }, { revision: 0 }])
  })
})

describe('a rejection that may pass', () => {
  it('is answered by the same vote again, after retryAfter and up to as long again', () => {
    const { votes, ids } = createLine()
    void votes.cast(vote('a'))
    votes.answered(rejected('a', { code: 'BUSY', retryAfter: 1000 }))
    vi.advanceTimersByTime(999)
    expect(ids()).toEqual(['a'])
    vi.advanceTimersByTime(1051)
    expect(ids()).toEqual(['a', 'a'])
    expect(votes.size).toBe(1)
  })

  it('holds back the same voter’s next vote', () => {
    const { votes, ids } = createLine()
    void votes.cast(vote('a1'))
    void votes.cast(vote('a2'))
    votes.answered(rejected('a1', { code: 'UNAVAILABLE', retryAfter: 100 }))
    vi.advanceTimersByTime(250)
    expect(ids()).toEqual(['a1', 'a1'])
  })

  it('is waited out over a lost line, not cut short by it', () => {
    const { votes, ids, send } = createLine()
    void votes.cast(vote('a'))
    votes.answered(rejected('a', { code: 'BUSY', retryAfter: 5000 }))
    votes.disconnected()
    votes.connected(send)
    expect(ids()).toEqual(['a'])
    vi.advanceTimersByTime(10_050)
    expect(ids()).toEqual(['a', 'a'])
  })

  it('waits longer each time when the server names no time', () => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
    const { votes, ids } = createLine()
    void votes.cast(vote('a'))
    for (const [times, wait] of [1000, 2000, 4000].entries()) {
      votes.answered(rejected('a', { code: 'UNAVAILABLE' }))
      vi.advanceTimersByTime(wait - 1)
      expect(ids()).toHaveLength(times + 1)
      vi.advanceTimersByTime(51)
      expect(ids()).toHaveLength(times + 2)
    }
  })

  it('stands after five tries when the server fails on this vote', async () => {
    const { votes, ids } = createLine()
    const receipt = votes.cast(vote('a'))
    const failed = expect(receipt).rejects.toMatchObject({ code: 'INTERNAL' })
    for (let tries = 0; tries < 5; tries++) {
      votes.answered(rejected('a', { code: 'INTERNAL' }))
      vi.advanceTimersByTime(60_000)
    }
    await failed
    expect(ids()).toHaveLength(5)
  })

  it('needs a few timers for thousands of votes of a relay, not one each', () => {
    const { votes, sent } = createLine(createSharedTimers())
    for (let i = 0; i < 5000; i++) void votes.cast(vote(`v${i}`, { voter: `${i}` }))
    for (let i = 0; i < 5000; i++) votes.answered(rejected(`v${i}`, { code: 'BUSY', retryAfter: 500 }))
    expect(vi.getTimerCount()).toBeLessThan(20)
    vi.advanceTimersByTime(1100)
    expect(sent).toHaveLength(10_000)
  })
})

describe('rejectAll', () => {
  const closed = new PollError('FORBIDDEN', {}, 'Closed.')

  it('says which outcomes are unknown, and of which vote', async () => {
    const { votes } = createLine()
    const sent = votes.cast(vote('a1'))
    const waiting = votes.cast(vote('a2'))
    votes.rejectAll(closed)
    await expect(sent).rejects.toMatchObject({ code: 'UNAVAILABLE', details: { voteId: 'a1' } })
    await expect(sent).rejects.toThrow('Closed. Vote a1 may count.')
    await expect(waiting).rejects.toMatchObject({ code: 'FORBIDDEN', details: { voteId: 'a2' } })
    await expect(waiting).rejects.toThrow(/^Closed\.$/)
    expect(votes.size).toBe(0)
  })

  it('leaves nothing to be sent later', async () => {
    const { votes, ids, send } = createLine()
    const busy = votes.cast(vote('a'))
    votes.answered(rejected('a', { code: 'BUSY', retryAfter: 100 }))
    votes.rejectAll(closed)
    await expect(busy).rejects.toThrow(PollError)
    vi.advanceTimersByTime(1000)
    votes.connected(send)
    expect(ids()).toEqual(['a'])
    void votes.cast(vote('b'))
    expect(ids()).toEqual(['a', 'b'])
  })
})

describe('a vote that cannot be cast', () => {
  it('is rejected, also where there is no line, and lets the next have its turn', async () => {
    const { votes } = createLine()
    votes.disconnected()
    const error = new PollError('POLL_NOT_FOUND')
    let replaces: PollError | null = null
    const all = [votes.cast(vote('a1'), () => replaces), votes.cast(vote('a2'), () => replaces)]
    const refusals = Promise.allSettled(all)
    replaces = error
    votes.advance()
    expect(await refusals).toEqual([
      { status: 'rejected', reason: error },
      { status: 'rejected', reason: error },
    ])
    expect(votes.size).toBe(0)
  })

  it('stays once it was sent: the server decides on it', () => {
    const { votes, send } = createLine()
    let replaces: Replaced | PollError = { revision: 0, epoch: 1 }
    void votes.cast(vote('a'), () => replaces)
    replaces = new PollError('POLL_NOT_FOUND')
    votes.advance()
    votes.connected(send)
    expect(votes.size).toBe(1)
  })
})
