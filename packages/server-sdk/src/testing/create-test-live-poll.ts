import { pollError, type VoteReceipt } from '@live-poll/client-sdk/protocol'
import { testDatabase } from '../adapters/embedded/test-database.ts'
import { createLivePoll, type LivePoll, type LivePollOptions } from '../index.ts'
import { toFetch } from '../use/fetch.ts'

/** Those of `createLivePoll` without `database`. */
export type TestLivePollOptions = Omit<LivePollOptions, 'database'>

/** Live Poll as it is, on a database of its own in memory, and what a test needs besides. */
export interface TestLivePoll extends LivePoll {
  /** Answers a request without a server, as the routes do; 404 for one that is not under `basePath`. */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>
  /**
   * Casts or changes the vote of a user, named as `identify` would name them; null takes it back.
   * @param place.pollId @default the poll that was created last
   * @throws PollError as `api.castVote`; `POLL_NOT_FOUND` where there is no poll yet
   * @example await livePoll.castAs('user-1', [1])
   */
  castAs(user: string, choices: readonly number[] | null, place?: { readonly pollId?: string }): Promise<VoteReceipt>
  /**
   * Moves the clock of the database forward, by which polls open and close. When it resolves, what was due is open or
   * closed, and who watches is being told. Tokens and timers of this process go by its own clock, which stays.
   *
   * @param ms from 0
   * @throws PollError `INVALID`
   */
  advance(ms: number): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Makes a Live Poll for one test. Several at once do not see each other.
 *
 * @param options those of `createLivePoll` without `database`; `secret` has a default
 * @returns ready
 * @throws OptionError for an option that cannot work
 * @example
 * const livePoll = await createTestLivePoll()
 * const poll = await livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })
 * await livePoll.castAs('user-1', [1])
 * await livePoll.close()
 */
export async function createTestLivePoll(options: TestLivePollOptions = {}): Promise<TestLivePoll> {
  const database = testDatabase()
  const livePoll = createLivePoll({ secret: 'of tests only, and known to all who read', ...options, database })
  const { api } = livePoll
  const handle = toFetch(livePoll)
  await livePoll.ready()

  async function newestPoll(): Promise<string> {
    const { polls } = await api.listPolls({ limit: 1 })
    if (polls[0]) return polls[0].id
    throw pollError('POLL_NOT_FOUND', {}, 'There is no poll yet: create one, or name one by `pollId`.')
  }

  return {
    ...livePoll,
    fetch: async (input, init) =>
      (await handle(new Request(typeof input === 'string' ? new URL(input, 'http://localhost') : input, init))) ??
      new Response(null, { status: 404 }),
    castAs: async (voter, choices, { pollId } = {}) =>
      api.castVote({ pollId: pollId ?? (await newestPoll()), voter, choices }),
    async advance(ms) {
      if (!(Number.isFinite(ms) && ms >= 0)) {
        throw pollError('INVALID', { issues: [{ path: 'ms', message: 'Send milliseconds, from 0.' }] })
      }
      for (const pollId of await database.moveClock(ms)) await api.getPoll(pollId) // which closes it, if that is due
    },
    [Symbol.asyncDispose]: livePoll.close,
  }
}
