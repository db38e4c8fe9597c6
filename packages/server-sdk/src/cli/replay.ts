import { createListDeadLetters, createReplayDeadLetters } from '../actions/dead-letters.ts'
import type { DeadLetter } from '../index.ts'
import type { OpenDatabase } from '../ports/database.ts'
import { type CommandEnd, withDatabase } from './open-for-command.ts'
import { flag, parseCommand, tableNames } from './parse-command.ts'
import { inThousands } from './progress.ts'
import { UsageError } from './usage-error.ts'

/** Dead letters read, and put back, at once. */
const limit = 100

/**
 * `live-poll replay <sink>`: has what a sink did not take delivered again, by the servers that have the sink. `--list` says
 * which sinks have dead letters.
 * @throws UsageError
 */
export async function replay(args: readonly string[], env: NodeJS.ProcessEnv): Promise<CommandEnd> {
  const { values, positionals } = parseCommand(args, { ...tableNames, list: flag })
  const { list, ...names } = values
  const [sink, ...others] = positionals
  if (others.length > 0 || list === (sink !== undefined)) throw new UsageError('name one sink, or say --list.')
  return withDatabase(env, names, async ({ outbox }) => {
    if (sink === undefined) return { output: await listSinks(outbox) }
    const replayDeadLetters = createReplayDeadLetters(outbox)
    let replayed = 0
    for await (const letters of readPages(outbox)) {
      replayed += await replayDeadLetters(letters.filter((letter) => letter.sink === sink).map(({ id }) => id))
    }
    return { output: `${inThousands(replayed)} dead letters of ${sink} will be delivered again.` }
  })
}

async function listSinks(outbox: OpenDatabase['outbox']): Promise<string> {
  const sinks = new Map<string, { letters: number; last: DeadLetter }>()
  for await (const page of readPages(outbox)) {
    for (const letter of page) {
      const { letters, last } = sinks.get(letter.sink) ?? { letters: 0, last: letter }
      sinks.set(letter.sink, { letters: letters + 1, last: letter.diedAt > last.diedAt ? letter : last })
    }
  }
  if (sinks.size === 0) return 'There are no dead letters.'
  const lines = [...sinks].map(
    ([sink, { letters, last }]) =>
      `${sink}: ${inThousands(letters)} dead letters, the last of ${last.diedAt}: ${last.reason}`,
  )
  return lines.join('\n')
}

async function* readPages(outbox: OpenDatabase['outbox']): AsyncGenerator<readonly DeadLetter[]> {
  const listDeadLetters = createListDeadLetters(outbox)
  let cursor: string | undefined
  do {
    const page = await listDeadLetters({ limit, cursor })
    yield page.deadLetters
    cursor = page.next ?? undefined
  } while (cursor !== undefined)
}
