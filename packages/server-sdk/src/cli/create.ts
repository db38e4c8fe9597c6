import type { PollInput, ShowResults, VoterRule } from '@live-poll/client-sdk/protocol'
import type { CommandEnd } from './open-for-command.ts'
import { flag, parseCommand, readCount, text } from './parse-command.ts'
import { UsageError } from './usage-error.ts'
import { reachOptions, withPolls } from './with-polls.ts'

/**
 * `live-poll create <question> <choice> <choice> ...`: makes a poll. Prints its id, and below it the poll's page, or the tag
 * for a page of the host's.
 * @throws UsageError
 */
export async function create(args: readonly string[], env: NodeJS.ProcessEnv): Promise<CommandEnd> {
  const { values, positionals } = parseCommand(args, {
    ...reachOptions,
    ...{ 'opens-at': text, 'closes-at': text, min: text, max: text, 'show-results': text, 'min-voters': text },
    ...{ voters: text, private: flag, 'no-change': flag, boxes: text },
  })
  const [question, ...choices] = positionals
  if (question === undefined || choices.length === 0) {
    throw new UsageError('write a question and its choices, each in quotes: create "Lunch?" Soup "Green salad".')
  }
  // What is wrong with a value is said where polls are made, for every way to make one.
  const input: PollInput = {
    question,
    choices,
    ballot: { min: readCount('min', values.min), max: readCount('max', values.max) },
    showResults: values['show-results'] as ShowResults | undefined,
    minVoters: readCount('min-voters', values['min-voters']),
    voters: values.voters?.split(',') as VoterRule[] | undefined,
    isPrivate: values.private,
    canChange: !values['no-change'],
    opensAt: values['opens-at'],
    closesAt: values['closes-at'],
    boxes: readCount('boxes', values.boxes),
  }
  return withPolls(values, env, async (polls) => {
    const { id } = await polls.create(input)
    const link = await polls.link(id).catch(({ message }: Error) => {
      console.error(`live-poll: the poll is made; whether it has a page could not be found out (${message}).`)
    })
    return { output: `${id}\n${link ?? `<live-poll poll="${id}"></live-poll>`}` }
  })
}
