import { PollError } from '@live-poll/client-sdk/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRecordingLogger } from '../../test/recording-logger.ts'
import type { PreparedVote, VoteOutcome } from '../ports/ballot-store.ts'
import { createGroupCommit, type GroupCommitLimits } from './group-commit.ts'

let nextVote = 0

function vote(box: string): PreparedVote {
  const [pollId = '', number = '0'] = box.split('/')
  const voteId = `v${nextVote++}`
  const ballot = [1]
  return {
    pollId,
    box: Number(number),
    voterKey: voteId,
    voteId,
    plan: 1,
    ballot,
    revision: undefined,
    epoch: undefined,
  }
}

const boxOf = ({ pollId, box }: PreparedVote) => `${pollId}/${box}`
const accepted: VoteOutcome = { kind: 'accepted', revision: 1, epoch: 1 }

/** One transaction in flight, and how the database ends it. */
interface Batch {
  readonly votes: readonly PreparedVote[]
  /** As in `['a/0', 'a/0', 'b/0']` */
  readonly boxes: readonly string[]
  /** @param passedOver boxes that somebody else holds */
  commit(passedOver?: readonly string[]): Promise<void>
  fail(): Promise<void>
}

function createSetup(lanes = 1, limits: Partial<GroupCommitLimits> = {}) {
  const open: Batch[] = []
  const store = {
    commit: (votes: readonly PreparedVote[]) =>
      new Promise<readonly VoteOutcome[]>((resolve, reject) => {
        const end = async (how: () => void) => {
          open.splice(open.indexOf(batch), 1)
          how()
          await turn()
        }
        const batch: Batch = {
          votes,
          boxes: votes.map(boxOf),
          commit: (passedOver = []) =>
            end(() =>
              resolve(votes.map((one) => (passedOver.includes(boxOf(one)) ? { kind: 'passed-over' } : accepted))),
            ),
          fail: () => end(() => reject(new Error('the database is gone'))),
        }
        open.push(batch)
      }),
  }
  const logger = createRecordingLogger()
  const box = createGroupCommit(store, lanes, { batch: 500, queue: 20_000, wait: 2000, ...limits }, logger)
  /** Casts a vote into each box. */
  const cast = (...boxes: string[]) => boxes.map((name) => settle(box.cast(vote(name))))
  /** @returns the only batch in flight */
  const only = (): Batch => {
    expect(open).toHaveLength(1)
    const [batch] = open
    if (!batch) throw new Error('no batch in flight')
    return batch
  }
  return { box, cast, open, only, logger }
}

const turn = async () => {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve))
}

const settle = (promise: Promise<{ kind: string }>) =>
  promise.then(
    (outcome) => outcome.kind,
    (error) => error as PollError,
  )

describe('batches', () => {
  it('take everything that came together', async () => {
    const { cast, only } = createSetup()
    cast('a/0', 'a/0', 'b/0', 'a/1')
    await turn()
    expect(only().boxes).toEqual(['a/0', 'a/0', 'b/0', 'a/1'])
  })

  it('grow while one is in flight, one a box at a time', async () => {
    const { cast, only } = createSetup(4)
    cast('a/0')
    await turn()
    const first = only()
    cast('a/0', 'a/0')
    await turn()
    cast('a/0')
    await turn()
    expect(only()).toBe(first)
    await first.commit()
    expect(only().boxes).toEqual(['a/0', 'a/0', 'a/0'])
  })

  it('answer each vote with its own outcome, once it has committed', async () => {
    const { cast, only } = createSetup()
    let answered = 0
    const answers = cast('a/0', 'a/0')
    for (const answer of answers) void answer.then(() => answered++)
    await turn()
    expect(answered).toBe(0)
    await only().commit()
    expect(await Promise.all(answers)).toEqual(['accepted', 'accepted'])
  })

  it('keep the order of a box', async () => {
    const { box, only } = createSetup(1, { batch: 3 })
    const votes = Array.from({ length: 8 }, () => vote('a/0'))
    const answers = votes.map((one) => box.cast(one))
    const committed: string[] = []
    for (let batch = 0; batch < 3; batch++) {
      await turn()
      committed.push(...only().votes.map((one) => one.voteId))
      await only().commit()
    }
    expect(committed).toEqual(votes.map((one) => one.voteId))
    await Promise.all(answers)
  })

  it('hold no more votes than their limit, over all boxes', async () => {
    const { cast, only } = createSetup(1, { batch: 3 })
    cast('a/0', 'a/0', 'b/0', 'b/0', 'b/0')
    await turn()
    expect(only().boxes).toEqual(['a/0', 'a/0', 'b/0'])
    await only().commit()
    expect(only().boxes).toEqual(['b/0', 'b/0'])
  })

  it('use every lane, and no more', async () => {
    const { cast, open } = createSetup(2, { batch: 1 })
    cast('a/0', 'b/0', 'c/0')
    await turn()
    expect(open.map((batch) => batch.boxes)).toEqual([['a/0'], ['b/0']])
    await open[1]?.commit()
    expect(open.map((batch) => batch.boxes)).toEqual([['a/0'], ['c/0']])
  })

  it('leave out no box, however busy another is', async () => {
    const { cast, only } = createSetup(1, { batch: 2 })
    cast('hot/0', 'hot/0', 'hot/0', 'hot/0', 'quiet/0')
    await turn()
    expect(only().boxes).toEqual(['hot/0', 'hot/0'])
    cast('hot/0', 'hot/0', 'hot/0')
    await only().commit()
    expect(only().boxes).toContain('quiet/0')
  })
})

describe('a box that somebody else holds', () => {
  it('goes to the front again, in order, and the others are answered', async () => {
    const { box, cast, only } = createSetup()
    const early = [vote('a/0'), vote('a/0')]
    const answers = early.map((one) => settle(box.cast(one)))
    const [other] = cast('b/0')
    await turn()
    const late = vote('a/0')
    answers.push(settle(box.cast(late)))
    await only().commit(['a/0'])
    expect(await other).toBe('accepted')
    expect(only().votes).toEqual([...early, late])
    await only().commit()
    expect(await Promise.all(answers)).toEqual(['accepted', 'accepted', 'accepted'])
  })

  it('waits in a batch of its own after twice', async () => {
    const { cast, only } = createSetup()
    const [held] = cast('a/0')
    cast('b/0')
    await turn()
    await only().commit(['a/0'])
    expect(only().boxes).toEqual(['a/0'])
    cast('b/0')
    await turn()
    await only().commit(['a/0'])
    cast('c/0')
    const batches: string[][] = []
    while (batches.length < 2) {
      await turn()
      batches.push([...only().boxes])
      await only().commit()
    }
    expect(batches).toContainEqual(['a/0'])
    expect(await held).toBe('accepted')
  })

  it('joins the others again once it had its turn', async () => {
    const { cast, only } = createSetup()
    cast('a/0')
    await turn()
    await only().commit(['a/0'])
    await only().commit(['a/0'])
    await only().commit()
    cast('b/0', 'a/0')
    await turn()
    expect([...only().boxes].sort()).toEqual(['a/0', 'b/0'])
  })

  it('is not starved by boxes that always have votes', async () => {
    const { cast, only } = createSetup(1, { batch: 2 })
    const [held] = cast('a/0')
    await turn()
    await only().commit(['a/0'])
    await only().commit(['a/0'])
    for (let batch = 0; batch < 5; batch++) {
      cast('hot/0', 'hot/0', 'hot/0')
      await only().commit()
    }
    expect(await Promise.race([held, turn()])).toBe('accepted')
  })
})

describe('a vote is not taken', () => {
  it('when too many wait, and is told how long to stay away', async () => {
    const { cast, only } = createSetup(1, { batch: 2, queue: 3 })
    const answers = cast('a/0', 'a/0', 'a/0')
    const [refused] = cast('b/0')
    expect(await refused).toMatchObject({ code: 'BUSY', details: { retryAfter: expect.any(Number) } })
    await turn()
    await only().commit()
    await only().commit()
    expect(await Promise.all(answers)).toEqual(['accepted', 'accepted', 'accepted'])
    const [taken] = cast('b/0')
    await turn()
    await only().commit()
    expect(await taken).toBe('accepted')
  })

  it('when it would wait too long at the speed of late', async () => {
    const { cast, only } = createSetup(1, { batch: 1, wait: 0 })
    const [first] = cast('a/0')
    await turn()
    await only().commit()
    expect(await first, 'before it knows its speed').toBe('accepted')
    const [second] = cast('a/0')
    const [refused] = cast('a/0')
    expect(await refused).toMatchObject({ code: 'BUSY', details: { retryAfter: expect.any(Number) } })
    const { details } = (await refused) as PollError
    expect(details.retryAfter).toBeGreaterThanOrEqual(100)
    await turn()
    await only().commit()
    expect(await second, 'nobody was waiting').toBe('accepted')
  })

  it('while it drains; what was taken is answered first', async () => {
    const { box, cast, only } = createSetup(1, { batch: 1 })
    const answers = cast('a/0', 'b/0')
    let isDrained = false
    const drained = box.drain().then(() => {
      isDrained = true
    })
    const [refused] = cast('c/0')
    expect(await refused).toMatchObject({ code: 'UNAVAILABLE' })
    await turn()
    await only().commit()
    expect(isDrained).toBe(false)
    await only().commit()
    await drained
    expect(await Promise.all(answers)).toEqual(['accepted', 'accepted'])
    await box.drain()
  })

  it('once drained, and an empty box drains at once', async () => {
    const { box, cast, open } = createSetup()
    await box.drain()
    const [refused] = cast('a/0')
    expect(await refused).toMatchObject({ code: 'UNAVAILABLE' })
    expect(open).toEqual([])
  })
})

it('answers a failed batch UNAVAILABLE, says so in the log, and goes on with the next', async () => {
  const { box, cast, only, logger } = createSetup(1, { batch: 2 })
  const answers = cast('a/0', 'a/0', 'a/0')
  await turn()
  await only().fail()
  for (const answer of answers.slice(0, 2)) {
    expect(await answer).toBeInstanceOf(PollError)
    expect(await answer).toMatchObject({ code: 'UNAVAILABLE', details: { retryAfter: expect.any(Number) } })
  }
  expect(logger.errors).toHaveLength(1)
  await only().commit()
  expect(await answers[2]).toBe('accepted')
  await box.drain()
})

it('answers every vote exactly once and never has two batches of one box in flight, whatever happens', async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('cast' as const), box: fc.constantFrom('a/0', 'a/1', 'b/0', 'c/0') }),
    fc.record({ do: fc.constantFrom('commit' as const, 'fail' as const), lane: fc.nat(2) }),
    fc.record({ do: fc.constant('pass over' as const), lane: fc.nat(2), box: fc.constantFrom('a/0', 'a/1', 'b/0') }),
    fc.record({ do: fc.constant('turn' as const) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { box, cast, open } = createSetup(3, { batch: 4 })
      const answers: Promise<unknown>[] = []
      const check = () => {
        const inFlight = open.flatMap((batch) => [...new Set(batch.boxes)])
        expect(new Set(inFlight).size).toBe(inFlight.length)
        expect(Math.max(0, ...open.map((batch) => batch.votes.length))).toBeLessThanOrEqual(4)
      }
      for (const what of steps) {
        if (what.do === 'cast') answers.push(...cast(what.box))
        else if (what.do === 'commit') await open[what.lane]?.commit()
        else if (what.do === 'fail') await open[what.lane]?.fail()
        else if (what.do === 'pass over') await open[what.lane]?.commit([what.box])
        else await turn()
        check()
      }
      const drained = box.drain()
      await turn()
      while (open.length > 0) {
        check()
        await open[0]?.commit()
      }
      await drained
      await Promise.all(answers)
    }),
    { numRuns: 50 },
  )
})
