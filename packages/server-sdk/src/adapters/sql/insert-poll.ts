import type { Transaction } from 'kysely'
import type { EditedChoice } from '../../domain/decide-edit.ts'
import type { ImageUse } from '../../domain/poll-images.ts'
import type { PollToInsert } from '../../ports/poll-store.ts'
import type { SqlDialect } from './sql-dialect.ts'
import type { Tables } from './tables.ts'

/** Writes a new poll with its choices and boxes. @param again it may be there already: then nothing is written @returns whether it was written */
export async function insertPoll(
  trx: Transaction<Tables>,
  dialect: SqlDialect,
  poll: PollToInsert,
  again: boolean,
): Promise<boolean> {
  const insert = trx.insertInto('live_poll_polls').values({
    id: poll.id,
    question: poll.question,
    ballot: JSON.stringify(poll.ballot),
    show_results: poll.showResults,
    can_change: poll.canChange,
    voters: poll.voters.join(),
    needs_captcha: poll.needsCaptcha,
    is_private: poll.isPrivate,
    ...imageColumns(poll.image),
    opens_at: poll.opensAt && dialect.time(poll.opensAt),
    closes_at: poll.closesAt && dialect.time(poll.closesAt),
    closed_at: null,
    min_voters: poll.minVoters,
    last_choice_id: poll.choices.length,
    boxes: poll.boxes,
    plan: 1,
    edition: 1,
    epoch: 1,
    salt: poll.salt,
    owner: poll.owner,
    created_at: dialect.clock,
  })
  const { numInsertedOrUpdatedRows } = await (again ? dialect.ifAbsent(insert) : insert).executeTakeFirstOrThrow()
  if (numInsertedOrUpdatedRows === 0n) return false
  await insertChoices(
    trx,
    poll.id,
    poll.choices.map((choice, index) => ({ ...choice, id: index + 1 })),
  )
  await insertBoxes(trx, poll.id, 0, poll.boxes)
  return true
}

/** Writes the choices of a poll that has none, in their order. */
export async function insertChoices(
  trx: Transaction<Tables>,
  pollId: string,
  choices: readonly EditedChoice[],
): Promise<void> {
  const rows = choices.map(({ id, label, image }, position) => ({
    ...{ poll_id: pollId, id, label, position },
    ...imageColumns(image),
  }))
  await trx.insertInto('live_poll_choices').values(rows).execute()
}

/** The columns of a poll or a choice that say which picture it shows. */
export function imageColumns(image: ImageUse | undefined) {
  return { image_id: image?.id ?? null, image_alt: image?.alt ?? null }
}

/** Adds empty boxes, from `first` up to but without `end`. */
export async function insertBoxes(trx: Transaction<Tables>, pollId: string, first: number, end: number): Promise<void> {
  const rows = Array.from({ length: end - first }, (_, index) => ({ poll_id: pollId, box: first + index, version: 0 }))
  await trx.insertInto('live_poll_boxes').values(rows).execute()
}
