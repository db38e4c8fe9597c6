import { createHash, randomBytes } from 'node:crypto'
import { type Poll, type PollError, pollError } from '@live-poll/client-sdk/protocol'
import { checkIdempotencyKey } from '../domain/idempotency-key.ts'
import { type NewPoll, readPollInput } from '../domain/poll-input.ts'
import type { PollStore } from '../ports/poll-store.ts'
import { type HookCalls, toPollToCreate } from './hook-calls.ts'
import type { ReadPoll } from './read-poll.ts'

/** Whose poll it is, and what makes a repeat harmless. */
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
 * deleted since; `FORBIDDEN` where the host's `beforeCreate` refuses, `UNAVAILABLE` where that fails
 * @param hasCaptcha whether this server can ask for one
 */
export function createCreatePoll(
  polls: Pick<PollStore, 'insert'>,
  readPoll: ReadPoll,
  hasCaptcha: boolean,
  hooks?: Pick<HookCalls, 'has' | 'ask'>,
): CreatePoll {
  return async (input, { owner = null, idempotencyKey } = {}) => {
    const checked = readPollInput(input)
    if (!checked.ok) throw pollError('INVALID', { issues: checked.issues })
    if (checked.poll.needsCaptcha && !hasCaptcha) throw noCaptcha()
    if (idempotencyKey !== undefined) checkIdempotencyKey(idempotencyKey)
    if (hooks?.has('beforeCreate')) await askBeforeCreate(hooks, checked.poll, owner)

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
    if (outcome.kind === 'refused') throw pollError(outcome.code, { issues: outcome.issues })
    return (await readPoll(outcome.kind === 'repeated' ? outcome.pollId : id)).poll
  }
}

function askBeforeCreate(hooks: Pick<HookCalls, 'ask'>, poll: NewPoll, owner: string | null): Promise<void> {
  return new Promise((resolve, reject) => {
    hooks.ask('beforeCreate', { poll: toPollToCreate(poll), owner }, (refusal) =>
      refusal ? reject(refusal) : resolve(),
    )
  })
}

/** A poll on which nobody could vote. */
export function noCaptcha(): PollError {
  const message = 'This server has no captcha: see the option "captcha" of createLivePoll.'
  return pollError('INVALID', { issues: [{ path: 'needsCaptcha', message }] })
}
