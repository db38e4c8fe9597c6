import type { Transaction } from 'kysely'
import type { EditDecision } from '../../domain/decide-edit.ts'
import type { PollFacts } from '../../domain/poll.ts'
import { imageColumns, insertBoxes, insertChoices } from './insert-poll.ts'
import { writePoll } from './lock-poll.ts'
import type { SqlDialect } from './sql-dialect.ts'
import type { Tables } from './tables.ts'

/** Whether any ballot is in a poll's boxes; one that was taken back is none, one that was voided is. */
export async function hasVotes(trx: Transaction<Tables>, pollId: string): Promise<boolean> {
  const ballot = await trx
    .selectFrom('live_poll_votes')
    .select('revision')
    .where('poll_id', '=', pollId)
    .where((where) => where.or([where('choices', 'is not', null), where('void_id', 'is not', null)]))
    .limit(1)
    .executeTakeFirst()
  return ballot !== undefined
}

/** Writes what an edit has changed of a locked poll. @param before the poll as it was */
export async function writeEdit(
  trx: Transaction<Tables>,
  dialect: SqlDialect,
  before: PollFacts,
  { facts, isShown }: Extract<EditDecision, { kind: 'edited' }>,
): Promise<void> {
  if (facts.choices !== before.choices) {
    await trx.deleteFrom('live_poll_choices').where('poll_id', '=', facts.id).execute()
    await insertChoices(trx, facts.id, facts.choices)
  }
  if (facts.boxes > before.boxes) await insertBoxes(trx, facts.id, before.boxes, facts.boxes)
  await writePoll(trx, dialect, facts.id, {
    question: facts.question,
    ...imageColumns(facts.image),
    ballot: JSON.stringify(facts.ballot),
    show_results: facts.showResults,
    min_voters: facts.minVoters,
    can_change: facts.canChange,
    voters: facts.voters.join(),
    needs_captcha: facts.needsCaptcha,
    is_private: facts.isPrivate,
    opens_at: facts.opensAt && dialect.time(facts.opensAt),
    closes_at: facts.closesAt && dialect.time(facts.closesAt),
    last_choice_id: facts.lastChoiceId,
    boxes: facts.boxes,
    ...(isShown && { edition: before.edition + 1 }),
  })
}
