import { expect, it } from 'vitest'
import { castInto, createSetup, settle, turn, vote } from './group-commit.fixture.ts'

const start = (lanes = 3) => createSetup(lanes, { batch: 4, enough: 2 }, true)

it('sends the next batch of a box before the one before is answered', async () => {
  const { cast, open } = start()
  const answers = cast('a/0')
  await turn()
  answers.push(...cast('a/0', 'a/0'))
  await turn()
  expect(open.map(({ boxes }) => boxes)).toEqual([['a/0'], ['a/0', 'a/0']])
  await open[1]?.commit()
  await open[0]?.commit()
  expect(await Promise.all(answers)).toEqual(['accepted', 'accepted', 'accepted'])
})

it('sends no third one, and that behind the second when the first has ended', async () => {
  const { cast, open } = start()
  cast('a/0')
  await turn()
  cast('a/0', 'a/0')
  await turn()
  cast('a/0', 'a/0', 'a/0')
  await turn()
  expect(open).toHaveLength(2)
  await open[0]?.commit()
  await turn()
  expect(open.map(({ boxes }) => boxes.length)).toEqual([2, 3])
})

it('gathers while each round of I/O brings more, up to what a batch holds', async () => {
  const { cast, open } = start()
  cast('a/0')
  await turn()
  for (let round = 0; round < 3; round++) {
    cast('a/0')
    await new Promise((resolve) => setImmediate(resolve))
    expect(open).toHaveLength(1)
  }
  cast('a/0')
  await turn()
  expect(open.map(({ boxes }) => boxes.length)).toEqual([1, 4])
})

it('waits for the answer where too few have come, or the database gains nothing', async () => {
  const few = start()
  const plain = createSetup(3, { batch: 4, enough: 2 }, false)
  for (const [{ cast, only }, more] of [
    [few, 1],
    [plain, 3],
  ] as const) {
    cast('a/0')
    await turn()
    cast(...Array(more).fill('a/0'))
    await turn()
    expect(only().boxes).toHaveLength(1)
    await only().commit()
    expect(only().boxes).toHaveLength(more)
  }
})

it('has no voter in both, for either may be decided first, and keeps the order of each', async () => {
  const { box, cast, open } = start()
  const first = vote('a/0')
  const again = { ...vote('a/0'), voterKey: first.voterKey }
  const answers = [settle(castInto(box, first))]
  await turn()
  answers.push(...cast('a/0', 'a/0'), settle(castInto(box, again)), ...cast('a/0'))
  await turn()
  expect(open.map(({ votes }) => votes.length)).toEqual([1, 2])
  await open[0]?.commit()
  await turn()
  expect(open.map(({ votes }) => votes.length)).toEqual([2, 2])
  expect(open[1]?.votes[0]).toBe(again)
  await open[0]?.commit()
  await open[0]?.commit()
  expect(await Promise.all(answers)).toEqual(Array(5).fill('accepted'))
})

it('sends none behind a batch of several boxes, which may pass one over', async () => {
  const { cast, open } = start()
  cast('a/0', 'b/0')
  await turn()
  cast('a/0', 'a/0')
  await turn()
  expect(open).toHaveLength(1)
})

it('leaves lanes to other boxes as before', async () => {
  const { cast, open } = start(2)
  cast('a/0')
  await turn()
  cast('b/0')
  await turn()
  cast('a/0', 'a/0')
  await turn()
  expect(open.map(({ boxes }) => boxes)).toEqual([['a/0'], ['b/0']])
})

it('is over with each of two by itself: one that fails leaves the other as it is', async () => {
  const { cast, open } = start()
  const [first] = cast('a/0')
  await turn()
  const [second] = cast('a/0', 'a/0')
  await turn()
  await open[0]?.fail()
  await open[0]?.commit()
  expect(await first).toMatchObject({ code: 'UNAVAILABLE' })
  expect(await second).toBe('accepted')
})
