import type { Poll } from '@live-poll/client-sdk/protocol'
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

/** Credentials are looked at only where results are not public. @throws PollError `POLL_NOT_FOUND`, `UNAUTHENTICATED` */
export function createReadAsViewer(access: Access, readPoll: ReadPoll, readOwn: ReadOwn): ReadAsViewer {
  async function readPersonal(reading: PollReading, request: HttpRequest): Promise<View> {
    const viewer = await access.findViewer(request, reading.poll.id)
    if (viewer === undefined || viewer === 'organizer') return personal(reading, viewer ?? 'public')
    const own = await readOwn(reading.poll.id, viewer)
    return personal(own.reading, viewerOf(own.vote))
  }

  return async (request, pollId) => {
    const reading = await readPoll(pollId)
    const { poll, visibility, now } = reading
    if (maySeeResults(visibility, poll.state, 'public')) return { poll, isPersonal: false, now }
    return readPersonal(reading, request)
  }
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
