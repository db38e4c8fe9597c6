import type { WebSocketConstructor } from '../live/connection.ts'
import { createVoteId } from '../live/vote-id.ts'
import type { ErrorCode } from '../protocol/error-code.ts'
import { pollError } from '../protocol/errors.ts'
import type { Poll, PollInput, Results, VoteReceipt } from '../protocol/models.ts'
import type { ErrorDetails } from '../protocol/poll-error.ts'
import { createFakeFetch } from './fake-fetch.ts'
import { type CountedVote, createFakeHouse } from './fake-house.ts'
import { createFakeSockets } from './fake-sockets.ts'
import { createFakeVoters } from './fake-voters.ts'

export type { CountedVote } from './fake-house.ts'

/** A server within the page or the test: it speaks the protocol, counts votes, and fails when it is told to. */
export interface FakeServer {
  /** Base URL of its API, which leads nowhere else. */
  readonly server: string
  /** What `createPollClient` and `createVoterClient` are given, to talk to it. */
  readonly clientOptions: {
    readonly server: string
    readonly fetch: typeof globalThis.fetch
    readonly WebSocket: WebSocketConstructor
    readonly storage: null
  }
  /**
   * Has the page's own `fetch` and `WebSocket` lead to it for its URLs, for `<live-poll server="...">`; all others go where
   * they went. Before the tag is in the page.
   * @returns takes that back
   */
  install(): () => void
  /** Makes a poll; pictures are left out. @param input.id @default 'poll-1' and so on @throws PollError `INVALID` */
  createPoll(input: PollInput & { readonly id?: string }): Poll
  /** As an organizer sees it. @throws PollError `POLL_NOT_FOUND` */
  getPoll(pollId: string): Poll & { readonly results: Results }
  /** Every vote, change and retraction that was counted, in order. */
  readonly votes: readonly CountedVote[]
  /** Counts the vote of another voter. @param place.pollId @default the poll that was made last */
  castAs(voter: string, choices: readonly number[] | null, place?: { readonly pollId?: string }): VoteReceipt
  /** Makes the results these, as if a crowd had voted, and tells who watches. @param voters @default the sum of the votes */
  pushResults(pollId: string, votes: readonly number[], voters?: number): void
  /** Opens a scheduled poll, and tells who watches. One whose time has come is open, but nobody is told. */
  openPoll(pollId: string): void
  /** Closes a poll, and tells who watches. */
  closePoll(pollId: string): void
  /** Refuses the next vote, whoever casts it. After a code that is retryable the client sends it again. */
  refuseVote(code: ErrorCode, details?: ErrorDetails): void
  /** Cuts all connections. Clients come back by themselves. */
  cut(): void
  /** Cuts all connections, and answers nothing until it is online again. */
  setOnline(isOnline: boolean): void
  /** Milliseconds before each answer. @default 0 */
  setDelay(ms: number): void
}

/**
 * Makes a fake server for tests of a front end, in a browser or in Node. Nothing leaves the process.
 *
 * @example
 * const fake = createFakeServer()
 * const poll = fake.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })
 * const client = createPollClient(fake.clientOptions)
 * await client.vote(poll.id, [1])
 */
export function createFakeServer(): FakeServer {
  // Tags alike share a client: one of an earlier fake must not be taken for this one's.
  const server = `https://${createVoteId().replace(/-\d+-\d+-\d+$/, '')}.live-poll.test/live-poll`
  const house = createFakeHouse()
  const voters = createFakeVoters()
  const fetch = createFakeFetch(server, house, voters)
  const { WebSocket, cut } = createFakeSockets(house, voters)

  return {
    server,
    clientOptions: { server, fetch, WebSocket, storage: null },
    install: () => install(server, fetch, WebSocket),
    createPoll: house.createPoll,
    getPoll: (pollId) => house.box(pollId).poll(),
    votes: house.votes,
    castAs(voter, choices, { pollId = [...house.boxes.keys()].at(-1) } = {}) {
      if (pollId === undefined) throw pollError('POLL_NOT_FOUND', {}, 'There is no poll yet: make one.')
      return house.vote(pollId, voter, { voteId: createVoteId(), choices })
    },
    pushResults: (pollId, votes, voters) => house.change(pollId, (box) => box.setCounts(votes, voters)),
    openPoll: (pollId) => house.change(pollId, (box) => box.setState('open')),
    closePoll: (pollId) => house.change(pollId, (box) => box.setState('closed')),
    refuseVote: (code, details) => void house.refusals.push(pollError(code, details)),
    cut,
    setOnline(isOnline) {
      house.isOnline = isOnline
      if (!isOnline) cut()
    },
    setDelay(ms) {
      house.delay = ms
    },
  }
}

function install(server: string, fakeFetch: typeof fetch, FakeWebSocket: WebSocketConstructor): () => void {
  const before = { fetch: globalThis.fetch, WebSocket: globalThis.WebSocket }
  const { host } = new URL(server)
  const isFake = (url: string) => URL.canParse(url) && new URL(url).host === host
  globalThis.fetch = (input, init) => {
    const url = input instanceof Request ? input.url : `${input}`
    return isFake(url) ? fakeFetch(input, init) : before.fetch.call(globalThis, input, init)
  }
  if (before.WebSocket) {
    globalThis.WebSocket = new Proxy(before.WebSocket, {
      construct: (real, [url, protocol]) =>
        isFake(`${url}`) ? new FakeWebSocket(`${url}`, protocol) : new real(url, protocol),
    })
  } else {
    globalThis.WebSocket = FakeWebSocket as unknown as typeof globalThis.WebSocket
  }
  return () => Object.assign(globalThis, before)
}
