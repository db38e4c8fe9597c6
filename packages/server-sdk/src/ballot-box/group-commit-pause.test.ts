import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createSetup } from './group-commit.fixture.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'setImmediate', 'performance'] }))
afterEach(() => void vi.useRealTimers())

const pause = 50
const start = () => createSetup(1, { batch: 10, pause })

/** Lets happen what is due at this moment. */
async function now() {
  for (let round = 0; round < 5; round++) await vi.advanceTimersByTimeAsync(0)
}

it('waits a moment after a batch for those whom it has answered, and then takes them together', async () => {
  const setup = start()
  setup.cast('a/0')
  await now()
  void setup.only().commit()
  await now()
  setup.cast('a/0')
  await vi.advanceTimersByTimeAsync(pause - 1)
  expect(setup.open).toEqual([])
  setup.cast('b/0', 'a/0')
  await vi.advanceTimersByTimeAsync(1)
  expect(setup.only().boxes).toEqual(['a/0', 'a/0', 'b/0'])
})

it('does not wait where half a batch waits, or where nothing was committed lately', async () => {
  const setup = start()
  setup.cast('a/0')
  await now()
  setup.cast(...Array(6).fill('a/0'))
  void setup.only().commit()
  await now()
  expect(setup.only().boxes).toHaveLength(6)
  void setup.only().commit()
  await now()
  await vi.advanceTimersByTimeAsync(pause)
  setup.cast('a/0')
  await now()
  expect(setup.only().boxes).toHaveLength(1)
})
