import { PollError } from '@live-poll/client-sdk/protocol'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { createSetup, turn, vote } from './group-commit.fixture.ts'

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

  it('when one box fills one lane: the others do not make it faster', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const { box, cast, only } = createSetup(4, { batch: 1, wait: 50 })
    cast('a/0')
    await turn()
    vi.advanceTimersByTime(100) // of which a fifth counts for the speed of late
    await only().commit()
    cast('a/0', 'a/0', 'a/0')
    await turn()
    expect(box.busyFor()).toBeGreaterThan(0)
    const [refused] = cast('a/0')
    expect(await refused).toMatchObject({ code: 'BUSY' })
    vi.useRealTimers()
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

it('answers the others where one answer goes wrong', async () => {
  const { box, cast, only, logger } = createSetup()
  const wrong = () => {
    throw new Error('the socket is gone')
  }
  box.cast(vote('a/0'), { decided: wrong, failed: wrong })
  const [other] = cast('a/0')
  await turn()
  await only().commit()
  expect(await other).toBe('accepted')
  expect(logger.errors).toEqual([['A vote could not be answered.', new Error('the socket is gone')]])
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
      const { box, cast, open, tellings } = createSetup(3, { batch: 4 })
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
      expect(tellings()).toBe(answers.length)
    }),
    { numRuns: 50 },
  )
})
