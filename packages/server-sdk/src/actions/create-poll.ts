import { createHash, randomBytes } from 'node:crypto'
import { type Poll, type PollError, pollError } from '@live-poll/client-sdk/protocol'
import { checkIdempotencyKey } from '../domain/idempotency-key.ts'
import { readPollInput } from '../domain/poll-input.ts'
import type { PollStore } from '../ports/poll-store.ts'
import type { ReadPoll } from './read-poll.ts'

export interface CreatePollContext {
  /** The organizer, as the host names them. */
  readonly owner?: string | null
  /** The same key with the same input within 24 h answers the same poll. */
  readonly idempotencyKey?: string
}

export type CreatePoll = (input: unknown, context?: CreatePollContext) => Promise<Poll>

/** Milliseconds. */
const idempotencyLife = 24 * 60 * 60 * 1000

/**
 * @throws PollError `INVALID` with issues, `IDEMPOTENCY_KEY_REUSED`; `POLL_NOT_FOUND` for a repeat whose poll has been
 * deleted since
 * @param hasCaptcha whether this server can ask for one
 */
export function createCreatePoll(
  polls: Pick<PollStore, 'insert'>,
  readPoll: ReadPoll,
  hasCaptcha: boolean,
): CreatePoll {
  return async (input, { owner = null, idempotencyKey } = {}) => {
    const checked = readPollInput(input)
    if (!checked.ok) throw pollError('INVALID', { issues: checked.issues })
    if (checked.poll.needsCaptcha && !hasCaptcha) throw noCaptcha()
    if (idempotencyKey !== undefined) checkIdempotencyKey(idempotencyKey)

    const id = `p_${randomBytes(12).toString('base64url')}`
    const outcome = await polls.insert(
      { ...checked.poll, id, salt: randomBytes(16).toString('base64url'), owner },
      idempotencyKey === undefined
        ? undefined
        : {
            key: createHash('sha256')
              .update(JSON.stringify([owner, idempotencyKey]))
              .digest('base64url'),
            bodyHash: createHash('sha256').update(JSON.stringify(checked.poll)).digest('base64url'),
            life: idempotencyLife,
          },
    )
    if (outcome.kind === 'key-reused') throw pollError('IDEMPOTENCY_KEY_REUSED')
    return (await readPoll(outcome.kind === 'repeated' ? outcome.pollId : id)).poll
  }
}

/** A poll on which nobody could vote. */
export function noCaptcha(): PollError {
  const message = 'This server has no captcha: see the option "captcha" of createLivePoll.'
  return pollError('INVALID', { issues: [{ path: 'needsCaptcha', message }] })
}
