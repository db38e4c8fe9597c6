import { pollError } from '@live-poll/client-sdk/protocol'
import { type PollEvent, toPollEvents } from '../domain/poll-event.ts'
import type { DeadKey, Outbox } from '../ports/outbox.ts'

/** Events of one commit that a sink did not take for so long that they were put aside. */
export interface DeadLetter {
  readonly id: string
  /** The name of the sink. */
  readonly sink: string
  readonly events: readonly PollEvent[]
  /** ISO 8601: when they were given up. */
  readonly diedAt: string
  /** What the last attempt has come to, in words. */
  readonly reason: string
}

/** Some of the events that were given up. */
export interface DeadLetterPage {
  readonly deadLetters: readonly DeadLetter[]
  /** Pass as `cursor` for the next page; null on the last. */
  readonly next: string | null
}

/** Which of them, and from where on. */
export interface ListDeadLettersInput {
  readonly cursor?: string
  /** 1 to 100. @default 20 */
  readonly limit?: number
}

export type ListDeadLetters = (input?: ListDeadLettersInput) => Promise<DeadLetterPage>
export type ReplayDeadLetters = (ids: readonly string[]) => Promise<number>

const maxLimit = 100

/** Those of a sink stand together, those of a box in their order. @throws PollError `INVALID` */
export function createListDeadLetters(outbox: Pick<Outbox, 'dead'>): ListDeadLetters {
  return async ({ cursor, limit = 20 } = {}) => {
    if (!Number.isInteger(limit) || limit < 1 || limit > maxLimit) throw invalid('limit', `Send 1 to ${maxLimit}.`)
    const after = cursor === undefined ? undefined : readKey(cursor)
    if (cursor !== undefined && !after) throw invalid('cursor', 'Send "next" of the page before.')
    const rows = await outbox.dead(after, limit + 1)
    const deadLetters = rows.slice(0, limit).map(({ diedAt, reason, ...row }) => ({
      ...{ id: writeKey(row), sink: row.sink, events: toPollEvents(row), diedAt: diedAt.toISOString(), reason },
    }))
    return { deadLetters, next: rows.length > limit ? (deadLetters.at(-1)?.id ?? null) : null }
  }
}

/**
 * Has them delivered again, in the order that events of their boxes have. Safe to repeat.
 * @returns how many were there
 * @throws PollError `INVALID`
 */
export function createReplayDeadLetters(outbox: Pick<Outbox, 'revive'>): ReplayDeadLetters {
  return async (ids) => {
    const keys = ids.map((id, index) => {
      const key = readKey(id)
      if (!key) throw invalid(`ids.${index}`, 'Send the id of a dead letter.')
      return key
    })
    return (await outbox.revive(keys)).filter(Boolean).length
  }
}

function writeKey({ sink, pollId, box, epoch, seq }: DeadKey): string {
  return Buffer.from(JSON.stringify([sink, pollId, box, epoch, seq])).toString('base64url')
}

function readKey(id: string): DeadKey | undefined {
  try {
    const [sink, pollId, ...numbers] = JSON.parse(Buffer.from(id, 'base64url').toString()) as unknown[]
    const [box, epoch, seq] = numbers
    const isKey = typeof sink === 'string' && typeof pollId === 'string' && numbers.length === 3
    if (!isKey || !numbers.every(Number.isSafeInteger)) return undefined
    return { sink, pollId, box: box as number, epoch: epoch as number, seq: seq as number }
  } catch {
    return undefined
  }
}

function invalid(path: string, message: string) {
  return pollError('INVALID', { issues: [{ path, message }] }, message)
}
