import { randomUUID } from 'node:crypto'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { decodeClientMessage, isVoterName, limits, PollError, pollError } from '@live-poll/client-sdk/protocol'
import { createAdmitVoter } from './actions/admit-voter.ts'
import { createCastVote } from './actions/cast-vote.ts'
import { createClosePoll } from './actions/close-poll.ts'
import { createCreatePoll } from './actions/create-poll.ts'
import { createDeletePoll } from './actions/delete-poll.ts'
import { createEditPoll } from './actions/edit-poll.ts'
import { createExportVotes } from './actions/export-votes.ts'
import { createListPolls } from './actions/list-polls.ts'
import { createOpenPoll } from './actions/open-poll.ts'
import { createReadOwn, createReadPoll, createReadRecord } from './actions/read-poll.ts'
import { createReadVote } from './actions/read-vote.ts'
import { createRecountPoll } from './actions/recount-poll.ts'
import { createResetPoll } from './actions/reset-poll.ts'
import type { CastVoteInput, LivePollApi } from './api.ts'
import { createGroupCommit } from './ballot-box/group-commit.ts'
import { createPollFactsCache } from './ballot-box/poll-facts.ts'
import { createEventStreams } from './channel/event-streams.ts'
import { defaultChannelLimits } from './channel/limits.ts'
import { createResultsFeed } from './channel/results-feed.ts'
import { createVoteChannel, type VoteChannel } from './channel/vote-channel.ts'
import type { Voter } from './domain/voter.ts'
import { createAccess } from './http/access.ts'
import { createHandler, type Handler } from './http/create-handler.ts'
import { createOrigins, type Origins } from './http/origins.ts'
import { createRoutes, createStaticRoutes, type Readiness } from './http/routes.ts'
import { createWidgetFile } from './http/widget-file.ts'
import { deriveKeys } from './identity/keys.ts'
import { createTokens } from './identity/tokens.ts'
import type { LivePollOptions } from './options.ts'
import type { Database, OpenDatabase } from './ports/database.ts'
import { checkSecret, OptionError, resolveOptions, secretAdvice } from './resolve-options.ts'
import { type Board, createBoard } from './results/board.ts'
import { startSchedule } from './results/schedule.ts'

/** Realtime polls inside a host's own server. */
export interface LivePoll {
  /** Every action, typed, for the host's own code. */
  readonly api: LivePollApi
  /** Where the routes are, as in `/live-poll`. */
  readonly basePath: string
  /** Answers a request under `basePath`; undefined for any other. What the host shims call. */
  readonly handle: Handler
  /** What the WebSocket shims call. */
  readonly channel: Pick<VoteChannel, 'open' | 'attach'> & {
    /** `<basePath>/channel` */
    readonly path: string
    /** Whether a page of this origin may connect. */
    allows(origin: string | null, host: string | null): boolean
  }
  /**
   * Opens the database and resolves when votes can be served; one that does not answer is waited for. Whatever is asked
   * meanwhile is answered `UNAVAILABLE`, and opens it as well: nobody has to call this.
   * @throws OptionError, or what the database says
   */
  ready(): Promise<void>
  /**
   * Makes the tables in the database, or brings them up to this version. Safe to repeat, from several processes at once and
   * while nodes of the version before serve votes. Needs no `ready()`.
   * @returns the names of the steps it has taken
   * @throws what the database says
   */
  migrate(): Promise<readonly string[]>
  /** Takes no more votes, answers those it took, closes the channel with 1012, ends what it opened. Safe to repeat. */
  close(): Promise<void>
}

/** Milliseconds: time to connect and say hello. */
const ticketLife = 60_000

/** Milliseconds between attempts to open a database that does not answer. */
const firstPause = 100
const longestPause = 5000

/**
 * Makes the polls of one app. Synchronous: the database opens at the first use, or with `await livePoll.ready()`.
 *
 * @throws OptionError for an option that cannot work
 * @example
 * export const livePoll = createLivePoll({ database: embedded({ directory: 'data' }) })
 * const poll = await livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })
 */
export function createLivePoll(given: LivePollOptions = {}): LivePoll {
  const options = resolveOptions(given)
  const origins = createOrigins(options.origins)
  const channel = createVoteChannel()
  let opening: Promise<Core> | undefined
  let closing: Promise<void> | undefined

  function open(): Promise<Core> {
    if (closing) return Promise.reject(pollError('UNAVAILABLE', {}, 'This Live Poll has been closed.'))
    opening ??= openCore(options, origins, channel).catch((error) => {
      opening = undefined
      throw error
    })
    return opening
  }

  async function checkReady(): Promise<Readiness> {
    try {
      const { database } = await open()
      await database.check()
      return { problems: [], durability: database.unsafeSettings.length > 0 ? 'reduced' : 'full' }
    } catch (error) {
      options.logger.warn('Not ready.', error)
      return { problems: ['database'] }
    }
  }

  function unavailable(error: unknown): never {
    if (!closing) options.logger.error('Live Poll could not open.', error)
    throw pollError('UNAVAILABLE', { retryAfter: 1000 }, 'The server is not ready.')
  }

  const widgetFile = createWidgetFile(new URL('./widget/', import.meta.url))
  return {
    api: createApi(open),
    basePath: options.basePath,
    handle: createHandler({
      basePath: options.basePath,
      origins,
      logger: options.logger,
      staticRoutes: createStaticRoutes(widgetFile, checkReady),
      routes: async () => (await open().catch(unavailable)).routes,
    }),
    channel: {
      path: `${options.basePath}/channel`,
      allows: origins.allowsChannel,
      attach: channel.attach,
      open(socket) {
        open()
          .catch(unavailable)
          .catch(() => {})
        return channel.open(socket)
      },
    },
    async ready() {
      for (let pause = firstPause; ; pause = Math.min(pause * 2, longestPause)) {
        try {
          await open()
          return
        } catch (error) {
          if (closing || !(error instanceof PollError) || error.code !== 'UNAVAILABLE') throw error
          options.logger.warn('The database does not answer; trying again.', error.cause)
        }
        await sleep(pause)
      }
    },
    migrate: async () => (await chooseDatabase(options)).migrate(),
    close() {
      const opened = opening
      closing ??= (async () => {
        const core = await opened?.catch(() => undefined)
        await core?.close()
      })()
      return closing
    },
  }
}

type Options = ReturnType<typeof resolveOptions>
type Core = Awaited<ReturnType<typeof openCore>>

async function chooseDatabase({ database }: Options): Promise<Database> {
  return database ?? (await import('./adapters/embedded/embedded.ts')).embedded()
}

/** Everything that needs the database. */
async function openCore(options: Options, origins: Origins, channel: VoteChannel) {
  const { logger, channelUrl } = options
  const adapter = await chooseDatabase(options)
  const database = await adapter.open(logger)
  const keys = await readKeys(options, database).catch(async (error) => {
    await database.close()
    throw error
  })
  const { createMemoryBus } = await import('./adapters/memory/results-bus.ts')
  const { polls, ballots, records } = database

  const tokens = createTokens(keys.tokens, { voterToken: options.voterTokenLife, ticket: ticketLife })
  const facts = createPollFactsCache(polls, keys)
  const readRecord = createReadRecord(polls, (pollId) => board.markDirty(pollId))
  const board: Board = createBoard(readRecord, createMemoryBus(), options.resultsInterval, logger)
  const stopSchedule = await startSchedule(polls, board.markDirty, logger)
  const groupCommit = createGroupCommit(
    ballots,
    database.lanes,
    { batch: options.batchSize, queue: options.queueSize, wait: options.queueWait },
    logger,
  )
  const readPoll = createReadPoll(readRecord, board, channelUrl)
  const readVote = createReadVote(facts, ballots)
  const actions = {
    readPoll,
    readVote,
    readOwn: createReadOwn(readPoll, readVote),
    createPoll: createCreatePoll(polls, readPoll),
    listPolls: createListPolls(polls, readRecord, channelUrl),
    openPoll: createOpenPoll(polls, facts, board, readPoll),
    closePoll: createClosePoll(polls, facts, board, readPoll),
    editPoll: createEditPoll(polls, facts, board, readPoll),
    resetPoll: createResetPoll(polls, facts, board, readPoll),
    deletePoll: createDeletePoll(polls, facts, board),
    castVote: createCastVote(facts, groupCommit, board),
    recountPoll: createRecountPoll(records, board, logger),
    exportVotes: createExportVotes(polls, records),
    admitVoter: createAdmitVoter(tokens),
  }
  const feed = createResultsFeed(board, channel.publish)
  const limits = { ...defaultChannelLimits, ...options.channel }
  channel.start({ ...actions, tokens, feed, limits, logger })
  const events = createEventStreams({ channel, tokens, readPoll })

  return {
    database,
    actions,
    routes: createRoutes({ ...actions, access: createAccess(options, tokens, origins), openEvents: events.open }),
    async close() {
      stopSchedule()
      await groupCommit.drain()
      await nextTurn() // the answers are on their way, from promise to promise
      channel.close()
      events.close()
      feed.close()
      board.close()
      await database.close()
    },
  }
}

async function readKeys({ secret: given, database: chosen }: Options, database: OpenDatabase) {
  const secret = given ?? (await database.ownSecret?.())
  if (secret === undefined) throw new OptionError('secret', `${chosen?.name} needs one. ${secretAdvice}`)
  checkSecret(secret)
  const keys = deriveKeys(secret)
  if (await database.claimKey(keys.id)) return keys
  throw new OptionError('secret', 'this database was made with another one; voters would be taken for new ones.')
}

function createApi(open: () => Promise<Core>): LivePollApi {
  const actions = async () => (await open()).actions
  return {
    createPoll: async (input, context) => (await actions()).createPoll(input, context),
    getPoll: async (pollId) => (await (await actions()).readPoll(pollId)).poll,
    listPolls: async (page) => (await actions()).listPolls(page),
    openPoll: async (pollId) => (await actions()).openPoll(pollId),
    closePoll: async (pollId) => (await actions()).closePoll(pollId),
    editPoll: async (pollId, edit) => (await actions()).editPoll(pollId, edit),
    resetPoll: async (pollId, reset) => (await actions()).resetPoll(pollId, reset),
    deletePoll: async (pollId) => (await actions()).deletePoll(pollId),
    recountPoll: async (pollId) => (await actions()).recountPoll(pollId),
    async *exportVotes(pollId) {
      yield* (await actions()).exportVotes(pollId)
    },
    getResults: async (pollId) => (await (await actions()).readPoll(pollId)).poll.results,
    castVote: async (vote) => (await actions()).castVote(checkVote(vote)),
    getVote: async ({ pollId, voter }) => (await actions()).readVote(pollId, toVoter(voter)),
    nameVoters: async (ids) => (await actions()).admitVoter.named(ids).voters,
    createRelayTicket: async () => (await actions()).admitVoter.relay().ticket,
  }
}

/** The host's code is held to what the wire is held to. */
function checkVote({ voteId = randomUUID(), ...vote }: CastVoteInput) {
  const decoded = decodeClientMessage(JSON.stringify({ type: 'vote', voteId, ...vote }))
  if (!decoded.ok) throw pollError(decoded.code, { issues: decoded.issues }, decoded.issues[0]?.message)
  return { ...vote, voteId, voter: toVoter(vote.voter) }
}

/** Without types, a voter that was left out would vote as `undefined`. */
function toVoter(id: string): Voter {
  if (isVoterName(id)) return { kind: 'user', id }
  const message = `Send the voter's id, 1 to ${limits.voterLength} characters.`
  throw pollError('INVALID', { issues: [{ path: 'voter', message }] }, message)
}
