import fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import { coalesce } from './coalesce.ts'

/** Runs that end when told, in the order told. */
function createRuns() {
  let clock = 0
  const open: { key: string; startedAt: number; end: (outcome: 'answer' | 'failure') => void }[] = []
  return {
    tick: () => ++clock,
    open,
    run: (key: string) =>
      new Promise<number>((resolve, reject) => {
        const startedAt = ++clock
        const end = (outcome: 'answer' | 'failure') => {
          open.splice(
            open.findIndex((run) => run.startedAt === startedAt),
            1,
          )
          if (outcome === 'answer') resolve(startedAt)
          else reject(new Error(String(startedAt)))
        }
        open.push({ key, startedAt, end })
      }),
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

it('runs at once when nothing runs', async () => {
  const runs = createRuns()
  const answer = coalesce(runs.run)('a')
  expect(runs.open).toHaveLength(1)
  runs.open[0]?.end('answer')
  expect(await answer).toBe(1)
})

it('lets everyone who asks during a run share the next one', async () => {
  const runs = createRuns()
  const read = coalesce(runs.run)
  const first = read('a')
  const others = [read('a'), read('a'), read('a')]
  expect(runs.open).toHaveLength(1)
  runs.open[0]?.end('answer')
  await first
  await settled()
  expect(runs.open).toHaveLength(1)
  runs.open[0]?.end('answer')
  expect(new Set(await Promise.all(others)).size).toBe(1)
})

it('keeps keys apart', () => {
  const runs = createRuns()
  const read = coalesce(runs.run)
  void read('a')
  void read('b')
  expect(runs.open.map((run) => run.key)).toEqual(['a', 'b'])
})

it('hands a failure to those who asked for that run, and runs again for the next', async () => {
  const runs = createRuns()
  const read = coalesce(runs.run)
  const first = read('a')
  const second = read('a')
  runs.open[0]?.end('failure')
  await expect(first).rejects.toThrow()
  await settled()
  runs.open[0]?.end('answer')
  await expect(second).resolves.toBeGreaterThan(1)
})

it('never runs twice at once for whoever asks again as soon as they are answered', async () => {
  const runs = createRuns()
  const read = coalesce(runs.run)
  const again = read('a').then(() => read('a'))
  const other = read('a')
  runs.open[0]?.end('answer')
  await settled()
  expect(runs.open).toHaveLength(1)
  runs.open[0]?.end('answer')
  await Promise.all([again, other])
})

it('never answers with less than was there when it was asked, and runs once at a time, whatever the order', async () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.constant('ask' as const) },
    { weight: 1, arbitrary: fc.constant('ask again when answered' as const) },
    { weight: 2, arbitrary: fc.constantFrom('answer' as const, 'failure' as const) },
    { weight: 1, arbitrary: fc.constant('wait' as const) },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const runs = createRuns()
      const read = coalesce((key) => {
        expect(runs.open).toHaveLength(0)
        return runs.run(key)
      })
      const asked: Promise<void>[] = []
      const ask = async () => {
        const askedAt = runs.tick()
        const startedAt = await read('a').catch((error: Error) => Number(error.message))
        expect(startedAt).toBeGreaterThan(askedAt)
      }
      for (const what of steps) {
        if (what === 'ask') asked.push(ask())
        else if (what === 'ask again when answered') asked.push(read('a').then(ask, ask))
        else if (what === 'wait') await settled()
        else runs.open[0]?.end(what)
      }
      await settled()
      while (runs.open.length > 0) {
        runs.open[0]?.end('answer')
        await settled()
      }
      await Promise.all(asked)
    }),
  )
})

it('runs so many times a second at most where there is a pause, and then for all who have asked meanwhile', async () => {
  vi.useFakeTimers()
  let runs = 0
  const read = coalesce(async () => ++runs, 100)
  const answers: number[] = []
  const ask = () => void read('a').then((answer) => answers.push(answer))
  ask()
  await vi.advanceTimersByTimeAsync(0)
  expect(answers, 'the first at once').toEqual([1])
  for (let ms = 0; ms < 1000; ms++) {
    ask()
    await vi.advanceTimersByTimeAsync(1)
  }
  expect(runs).toBeLessThanOrEqual(11)
  await vi.advanceTimersByTimeAsync(100)
  expect(answers).toHaveLength(1001)
  const quiet = runs
  await vi.advanceTimersByTimeAsync(1000)
  expect(runs, 'nobody asks').toBe(quiet)
  ask()
  await vi.advanceTimersByTimeAsync(0)
  expect(answers.at(-1), 'at once again').toBe(quiet + 1)
  vi.useRealTimers()
})

it('pauses after a failure too, and not for other keys', async () => {
  vi.useFakeTimers()
  let runs = 0
  const read = coalesce(
    (key) => (key === 'a' && ++runs === 1 ? Promise.reject(new Error('down')) : Promise.resolve(key)),
    100,
  )
  await expect(read('a')).rejects.toThrow('down')
  const second = read('a')
  expect(await read('b')).toBe('b')
  expect(runs).toBe(1)
  await vi.advanceTimersByTimeAsync(100)
  expect(await second).toBe('a')
  vi.useRealTimers()
})
