import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { gather } from './gather.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Answers in tens, when the test says so. */
function createSetup(most = 1000) {
  const open: { readonly questions: readonly number[]; answer(): void; fail(): void }[] = []
  const ask = gather<number, number>(
    (questions) =>
      new Promise((resolve, reject) => {
        const end = (how: () => void) => {
          open.splice(0, 1)
          how()
        }
        open.push({
          questions: [...questions],
          answer: () => end(() => resolve(questions.map((question) => question * 10))),
          fail: () => end(() => reject(new Error('down'))),
        })
      }),
    50,
    most,
  )
  const wait = (ms = 0) => vi.advanceTimersByTimeAsync(ms)
  return { ask, open, wait }
}

it('asks at once for all of one turn, and answers each its own', async () => {
  const { ask, open, wait } = createSetup()
  const answers = Promise.all([ask(1), ask(2), ask(3)])
  await wait()
  expect(open.map(({ questions }) => questions)).toEqual([[1, 2, 3]])
  open[0]?.answer()
  expect(await answers).toEqual([10, 20, 30])
})

it('asks for what comes meanwhile together: after the batch before has ended, and its pause is over', async () => {
  const { ask, open, wait } = createSetup()
  const first = ask(1)
  await wait()
  const second = ask(2)
  await wait(40)
  const third = ask(3)
  open[0]?.answer()
  expect(await first).toBe(10)
  await wait(9)
  expect(open).toEqual([])
  await wait(1)
  expect(open[0]?.questions).toEqual([2, 3])
  const late = ask(4)
  await wait(500)
  expect(open, 'one at a time').toHaveLength(1)
  open[0]?.answer()
  await wait()
  expect(open[0]?.questions, 'nobody gets an answer that began before the question').toEqual([4])
  open[0]?.answer()
  expect(await Promise.all([second, third, late])).toEqual([20, 30, 40])
})

it('asks at once again after a time of silence', async () => {
  const { ask, open, wait } = createSetup()
  void ask(1)
  await wait()
  open[0]?.answer()
  await wait(50)
  void ask(2)
  await wait()
  expect(open[0]?.questions).toEqual([2])
})

it('asks for no more than so many at once', async () => {
  const { ask, open, wait } = createSetup(2)
  const answers = Promise.all([1, 2, 3, 4, 5].map(ask))
  const batches: (readonly number[])[] = []
  for (let batch = 0; batch < 3; batch++) {
    await wait(batch === 0 ? 0 : 50)
    batches.push(open[0]?.questions ?? [])
    open[0]?.answer()
  }
  expect(batches).toEqual([[1, 2], [3, 4], [5]])
  expect(await answers).toEqual([10, 20, 30, 40, 50])
})

it('fails those alone who were in the batch', async () => {
  const { ask, open, wait } = createSetup()
  const failing = [ask(1), ask(2)].map((answer) => expect(answer).rejects.toThrow('down'))
  await wait()
  const next = ask(3)
  open[0]?.fail()
  await Promise.all(failing)
  await wait(50)
  open[0]?.answer()
  expect(await next).toBe(30)
})
