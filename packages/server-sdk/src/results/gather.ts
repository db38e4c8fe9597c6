import { pause } from '../upkeep/pause.ts'

interface Batch<Question, Answer> {
  readonly questions: Question[]
  readonly answers: Promise<readonly Answer[]>
}

/**
 * Asks for many at once: all questions of one turn are one batch, or of the time until the batch before has ended and its
 * interval is over. None is answered by a batch that began before it was asked. One batch at a time.
 *
 * @param ask answers questions in the order given
 * @param interval milliseconds between the starts of two batches, at least
 * @param most questions in a batch
 */
export function gather<Question, Answer>(
  ask: (questions: readonly Question[]) => Promise<readonly Answer[]>,
  interval: number,
  most: number,
): (question: Question) => Promise<Answer> {
  let filling: Batch<Question, Answer> | undefined
  /** Resolves when the next batch may start. */
  let free: Promise<unknown> = Promise.resolve()

  const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

  function begin(): Batch<Question, Answer> {
    const questions: Question[] = []
    const started = Promise.all([free, nextTurn()])
    const answers = started.then(() => {
      if (filling === batch) filling = undefined
      return ask(questions)
    })
    const ended = answers.catch(() => {})
    free = started.then(() => Promise.all([ended, pause(interval)]))
    const batch = { questions, answers }
    return batch
  }

  return async (question) => {
    if (!filling || filling.questions.length === most) filling = begin()
    const { questions, answers } = filling
    const index = questions.push(question) - 1
    return (await answers)[index] as Answer
  }
}
