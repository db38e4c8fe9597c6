import { describe, expect, it } from 'vitest'
import { castInto, createSetup, settle, turn, vote } from './group-commit.fixture.ts'

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
    const answers = votes.map((one) => castInto(box, one))
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
    cast('a/0', 'a/0', 'b/0', 'c/0', 'c/0')
    await turn()
    expect(only().boxes).toEqual(['a/0', 'a/0', 'b/0'])
    await only().commit()
    expect(only().boxes).toEqual(['c/0', 'c/0'])
  })

  it('have a part of a box only where it fills one by itself', async () => {
    const { cast, only } = createSetup(1, { batch: 3 })
    cast('a/0', 'a/0', 'b/0', 'b/0', 'b/0', 'b/0')
    await turn()
    expect(only().boxes).toEqual(['a/0', 'a/0'])
    await only().commit()
    expect(only().boxes).toEqual(['b/0', 'b/0', 'b/0'])
    await only().commit()
    expect(only().boxes).toEqual(['b/0'])
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
    const answers = early.map((one) => settle(castInto(box, one)))
    const [other] = cast('b/0')
    await turn()
    const late = vote('a/0')
    answers.push(settle(castInto(box, late)))
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
