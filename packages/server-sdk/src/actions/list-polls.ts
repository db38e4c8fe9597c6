import { type PollPage, pollError } from '@live-poll/client-sdk/protocol'
import { isDue, type PollRecord } from '../domain/poll.ts'
import { toCursor } from '../domain/poll-cursor.ts'
import type { SignImage } from '../domain/results.ts'
import type { Viewer } from '../domain/visibility.ts'
import type { AuthorizedPoll } from '../identity/host-user.ts'
import type { PollStore } from '../ports/poll-store.ts'
import { aboutPoll, pollFor, type ReadRecord, toReading } from './read-poll.ts'

/** Which polls, and from where on. */
export interface ListPollsInput {
  /** `next` of the page before. */
  readonly cursor?: string
  /** 1 to 100. @default 20 */
  readonly limit?: number
}

/** What the asker is to a poll; undefined: it is not there for them. */
export type ListedFor = (poll: AuthorizedPoll) => Promise<Viewer | undefined>

export type ListPolls = (input?: ListPollsInput, listedFor?: ListedFor) => Promise<PollPage>

const maxLimit = 100

/** Polls read at once, at most, in search of those that are there for the asker. */
const maxBatch = 200

/**
 * Newest first. Each as the asker may see it, the host's own code as an organizer; what is not there for them leaves no
 * trace, neither a shorter page nor its id in a cursor.
 * @throws PollError `INVALID`
 */
export function createListPolls(
  polls: Pick<PollStore, 'list'>,
  readRecord: ReadRecord,
  channelUrl: string | null,
  signImage?: SignImage,
): ListPolls {
  /** Nobody sees a poll open after its time: reading it by itself closes it. */
  const settle = async (record: PollRecord) =>
    (isDue(record.facts, record.now) && (await readRecord(record.facts.id))) || record

  /** One more than asked for, which tells whether there is another page. */
  async function find(after: string | undefined, limit: number, listedFor: ListedFor) {
    const found: { readonly record: PollRecord; readonly viewer: Viewer }[] = []
    let batch = limit + 1
    for (let next: string | null | undefined = after; next !== null && found.length <= limit; ) {
      const page = await polls.list({ after: next, limit: batch })
      if (!page)
        throw pollError('INVALID', { issues: [{ path: 'cursor', message: 'Send "next" of the page before.' }] })
      const viewers = await Promise.all(page.records.map(({ facts }) => listedFor(aboutPoll(facts))))
      for (const [index, record] of page.records.entries()) {
        const viewer = viewers[index]
        if (viewer) found.push({ record, viewer })
      }
      next = page.next
      batch = Math.min(batch * 2, maxBatch)
    }
    return found
  }

  return async ({ cursor, limit = 20 } = {}, listedFor = async () => 'organizer') => {
    if (!Number.isInteger(limit) || limit < 1 || limit > maxLimit) {
      throw pollError('INVALID', { issues: [{ path: 'limit', message: `Send 1 to ${maxLimit}.` }] })
    }
    const found = await find(cursor, limit, listedFor)
    const shown = found.slice(0, limit)
    const last = found.length > limit ? shown.at(-1) : undefined
    const listed = shown.map(async ({ record, viewer }) =>
      pollFor(toReading(await settle(record), channelUrl, signImage), viewer),
    )
    return { polls: await Promise.all(listed), next: last ? toCursor(last.record.facts) : null }
  }
}
