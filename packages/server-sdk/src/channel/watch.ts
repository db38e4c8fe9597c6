import type { Viewer } from '../domain/visibility.ts'
import type { Admitted } from '../domain/voter.ts'
import type { PollSnapshot } from '../ports/results-bus.ts'
import type { Watcher } from './results-feed.ts'

/** Who watches: a voter, a relay, or anyone. */
export type Asker = Admitted | 'relay' | undefined

/** The own vote, as far as it decides what may be seen. */
interface OwnVote {
  readonly epoch: number
  readonly revision: number
  readonly viewer: Viewer
}

const noVote: OwnVote = { epoch: 0, revision: 0, viewer: 'public' }

/** What a connection watches: `Watcher` of one of them. */
export interface Among {
  turn(watch: Watch, snapshot: PollSnapshot, isStateNew: boolean): void
  deleted(watch: Watch): void
}

/** One socket's watching of one poll. It is kept small: each viewer has one. */
export class Watch implements Watcher {
  /** The feed's own string, once it has joined. */
  pollId: string
  readonly #among: Among
  /** What its connection watches besides. */
  next: Watch | undefined
  /** Who asked last. */
  asker: Asker
  /** Whether the poll was private when it was last answered, and there for who asked. */
  isPrivate = false
  /** `watch` messages that are not answered yet. */
  pending = 0
  /** Whether one of them was answered by the poll, since when it is on a topic; or the poll is gone. */
  standing: 'asked' | 'answered' | 'gone' = 'asked'
  #own = noVote
  seesResults = false
  topic: string | undefined
  /** Whether a state frame was published while the socket was paused. */
  owesState = false

  constructor(pollId: string, among: Among, next: Watch | undefined) {
    this.pollId = pollId
    this.#among = among
    this.next = next
  }

  remember(vote: OwnVote) {
    const { epoch, revision } = this.#own
    if (vote.epoch < epoch || (vote.epoch === epoch && vote.revision < revision)) return
    this.#own = vote
  }

  viewerIn(epoch: number): Viewer {
    return this.#own.epoch === epoch ? this.#own.viewer : 'public'
  }

  turn(snapshot: PollSnapshot, isStateNew: boolean) {
    this.#among.turn(this, snapshot, isStateNew)
  }

  deleted() {
    this.#among.deleted(this)
  }
}
