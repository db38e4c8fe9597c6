import { type Poll, PollError, pollError } from '@live-poll/client-sdk/protocol'
import { type PollReading, pollFor, type ReadOwn, type ReadPoll } from '../actions/read-poll.ts'
import { maySeeResults, type Viewer, viewerOf } from '../domain/visibility.ts'
import type { Access } from './access.ts'
import type { HttpRequest } from './http-message.ts'

/** A poll as whoever sent a request may see it. */
export interface View {
  readonly poll: Poll
  /** Whether others get something else at the same address. */
  readonly isPersonal: boolean
  /** The database's clock. */
  readonly now: Date
}

export type ReadAsViewer = (request: HttpRequest, pollId: string) => Promise<View>

/**
 * Credentials are looked at only where the poll or its results are not public, or there is no poll: one that is private
 * then answers as one that is missing, also to a token that has expired.
 * @throws PollError `POLL_NOT_FOUND`, also for a private poll of others; `UNAUTHENTICATED`
 */
export function createReadAsViewer(access: Access, readPoll: ReadPoll, readOwn: ReadOwn): ReadAsViewer {
  return async (request, pollId) => {
    const reading = await readPoll(pollId).catch(whenMissing)
    if (reading && isPublic(reading)) return { poll: reading.poll, isPersonal: false, now: reading.now }
    const viewerOfPoll = await access.findViewer(request)
    const viewer = reading && (await viewerOfPoll(reading.about))
    if (!reading || !viewer?.mayView) throw pollError('POLL_NOT_FOUND')
    if (viewer.isOrganizer) return personal(reading, 'organizer')
    if (!viewer.pass) return personal(reading, 'public')
    const own = await readOwn(pollId, viewer.pass)
    return personal(own.reading, viewerOf(own.vote))
  }
}

function whenMissing(error: unknown): undefined {
  if (!(error instanceof PollError) || error.code !== 'POLL_NOT_FOUND') throw error
}

function isPublic({ poll, visibility }: PollReading): boolean {
  return !poll.isPrivate && maySeeResults(visibility, poll.state, 'public')
}

function personal(reading: PollReading, viewer: Viewer): View {
  return { poll: pollFor(reading, viewer), isPersonal: true, now: reading.now }
}

export function viewHeaders({ isPersonal, now }: View): Record<string, string> {
  return {
    'live-poll-now': now.toISOString(),
    ...(isPersonal && { vary: 'Origin, Authorization', 'cache-control': 'private, no-cache' }),
  }
}
