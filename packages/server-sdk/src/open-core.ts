import { setImmediate as nextTurn } from 'node:timers/promises'
import { isPollId, pollError } from '@live-poll/client-sdk/protocol'
import { createAdmitVoter } from './actions/admit-voter.ts'
import { createCastVote, createSubmitVote } from './actions/cast-vote.ts'
import { createClosePoll } from './actions/close-poll.ts'
import { createCreateInvitations } from './actions/create-invitations.ts'
import { createCreatePoll } from './actions/create-poll.ts'
import { createListDeadLetters, createReplayDeadLetters } from './actions/dead-letters.ts'
import { createDeletePoll } from './actions/delete-poll.ts'
import { createEditPoll } from './actions/edit-poll.ts'
import { createEraseVoter } from './actions/erase-voter.ts'
import { createExportVotes } from './actions/export-votes.ts'
import { createHookCalls } from './actions/hook-calls.ts'
import { createListPolls } from './actions/list-polls.ts'
import { createCountInvitations, createRevokeInvitation } from './actions/manage-invitations.ts'
import { createOnEveryNode } from './actions/on-every-node.ts'
import { createOpenPoll } from './actions/open-poll.ts'
import { createReadAudit } from './actions/read-audit.ts'
import { aboutPoll, createReadOwn, createReadPoll, createReadRecord } from './actions/read-poll.ts'
import { createReadVote } from './actions/read-vote.ts'
import { createRecountPoll } from './actions/recount-poll.ts'
import { createResetPoll } from './actions/reset-poll.ts'
import { tellPollTurns } from './actions/tell-poll-turns.ts'
import { createVoidVotes } from './actions/void-votes.ts'
import { createVoteHooks } from './actions/vote-hooks.ts'
import { createGroupCommit } from './ballot-box/group-commit.ts'
import { createPollFactsCache } from './ballot-box/poll-facts.ts'
import { turnVotesAway } from './ballot-box/turn-votes-away.ts'
import { createEventStreams } from './channel/event-streams.ts'
import { createResultsFeed } from './channel/results-feed.ts'
import type { VoteChannel } from './channel/vote-channel.ts'
import { createWatchResults } from './channel/watch-results.ts'
import { createAccess } from './http/access.ts'
import type { HttpRequest } from './http/http-message.ts'
import type { Origins } from './http/origins.ts'
import { createRoutes } from './http/routes.ts'
import { createCheckCaptcha } from './identity/captcha.ts'
import { createImageKeys } from './identity/image-keys.ts'
import { deriveKeys } from './identity/keys.ts'
import { createMayView } from './identity/may-view.ts'
import { clientAddress, createHiddenNames, createSharedHiddenNames, networkOf } from './identity/network.ts'
import { createSessions } from './identity/sessions.ts'
import { signedInAccounts } from './identity/signed-in-accounts.ts'
import { createTokens } from './identity/tokens.ts'
import { openImages } from './open-images.ts'
import { openSinks } from './outbox/open-sinks.ts'
import type { AccountsSite } from './ports/accounts.ts'
import type { Database, OpenDatabase } from './ports/database.ts'
import type { Fleet } from './ports/fleet.ts'
import { checkSecret, OptionError, type resolveOptions } from './resolve-options.ts'
import { type Board, createBoard } from './results/board.ts'
import { coalesce } from './results/coalesce.ts'
import { gather } from './results/gather.ts'
import { type Reconcile, startReconcile } from './results/reconcile.ts'
import { startSchedule } from './results/schedule.ts'
import { startForgettingRequests } from './upkeep/forget-requests.ts'
import { watchLoad } from './upkeep/watch-load.ts'
import { secretAdvice } from './valid-values.ts'

/** Milliseconds: time to connect and say hello. */
const ticketLife = 60_000

/** Milliseconds: a page that is open longer asks for another one. */
const sessionTokenLife = 60 * 60 * 1000

type Options = ReturnType<typeof resolveOptions>
export type Core = Awaited<ReturnType<typeof openCore>>

async function chooseFleet({ redis }: Options): Promise<Fleet> {
  return redis ?? (await import('./adapters/memory/fleet.ts')).memory()
}

export async function chooseDatabase({ database }: Options): Promise<Database> {
  return database ?? (await import('./adapters/embedded/embedded.ts')).embedded()
}

/** Polls read in one statement: one with many choices answers in tens of kilobytes. */
const pollsAtOnce = 32

/** At 10,000 votes a second and more, batches begin when they may; below it, so far apart that each holds a few votes. */
const rhythm = { interval: 4, enough: 32 }

/** Everything that needs the database. */
export async function openCore(options: Options, origins: Origins, channel: VoteChannel) {
  const { logger, channelUrl } = options
  const adapter = await chooseDatabase(options)
  const database = await adapter.open(logger)
  const { keys, hidden, accounts, fleet } = await openBeside(options, database).catch(async (error) => {
    await database.close()
    throw error
  })
  const { createMemoryMetrics } = await import('./adapters/memory/metrics.ts')
  const { ballots, records, invitations, audit, images } = database
  const hooks = createHookCalls(options.hooks, logger)
  const { polls, erasures } = tellPollTurns(database, hooks, (pollId) => readPoll(pollId))
  const { newDevices, trustedProxies } = options
  const host = accounts ? signedInAccounts(accounts, options) : options

  const metrics = createMemoryMetrics()
  const watchedLoad = watchLoad(options.shedding, metrics, logger)
  const tokens = createTokens(keys.tokens, {
    voterToken: options.voterTokenLife,
    session: Math.min(options.voterTokenLife, sessionTokenLife),
    ticket: ticketLife,
  })
  const sessions = createSessions(host.endedSessions, logger)
  sessions.onEnd(channel.endSession)
  const stopWatchingSessions = sessions.watch(channel.sessions)
  const imageKeys = createImageKeys(keys.images)
  const mayView = createMayView(host.authorize, invitations)
  // Many polls that change at once are read by one connection, many a statement: votes have the others.
  const readMany = gather(whileOpen(polls.readMany), 0, pollsAtOnce)
  const read = async (pollId: string) => (isPollId(pollId) ? readMany(pollId) : undefined) // none spoils a statement
  const together = { ...polls, read }
  const facts = createPollFactsCache(together, keys)
  const everywhere = createOnEveryNode(fleet.signals, facts, sessions)
  accounts?.onSessionEnd(everywhere.endSession)
  const readRecord = createReadRecord(together, (pollId) => board.markDirty(pollId))
  const checkBehind = (pollId: string) => void reconcile.checkBehind(pollId)
  const board: Board = createBoard(readRecord, fleet.results, options.resultsInterval, logger, metrics, checkBehind)
  fleet.results.onGap((pollIds) => {
    for (const pollId of pollIds) board.markDirty(pollId)
  })
  fleet.results.onBehind(checkBehind)
  const stopSchedule = await startSchedule(polls, board.markDirty, logger, database.onClockMove)
  const groupCommit = createGroupCommit(
    ballots,
    database.lanes,
    { batch: options.batchSize, queue: options.queueSize, wait: options.queueWait, ...rhythm },
    logger,
    metrics,
  )
  const voteHooks = createVoteHooks(hooks, groupCommit, options.queueSize, logger)
  const load = turnVotesAway(watchedLoad, voteHooks, metrics)
  const stopSinks = openSinks(options.sinks, database.outbox, metrics, logger)
  const pictures = await openImages({ options: options.images, database, keys, imageKeys, metrics, logger })
  const { removeImages } = pictures
  const readPoll = createReadPoll(readRecord, board, channelUrl, imageKeys.sign)
  let isClosed = false
  /** What waits for its turn may get it when the database is closed. */
  function whileOpen<Asked, T>(run: (asked: Asked) => Promise<T>): (asked: Asked) => Promise<T> {
    return (asked) => (isClosed ? Promise.reject(pollError('UNAVAILABLE')) : run(asked))
  }
  const readVote = createReadVote(facts, { readVotes: whileOpen(ballots.readVotes) })
  // A crowd that comes back costs so many readings a second of each poll, as one that votes does.
  const readTogether = coalesce(whileOpen(readPoll), options.resultsInterval)
  const submitVote = createSubmitVote(facts, groupCommit, board, mayView, metrics, voteHooks)
  const actions = {
    readPoll,
    readVote,
    readOwn: createReadOwn(readTogether, readVote, board, mayView),
    createPoll: createCreatePoll(polls, readPoll, options.captcha !== undefined, hooks),
    listPolls: createListPolls(polls, readRecord, channelUrl, imageKeys.sign),
    openPoll: createOpenPoll(polls, everywhere, board, readPoll),
    closePoll: createClosePoll(polls, everywhere, board, readPoll),
    editPoll: createEditPoll(polls, everywhere, board, readPoll, options.captcha !== undefined),
    resetPoll: createResetPoll(polls, everywhere, board, readPoll),
    deletePoll: createDeletePoll({ polls, images, removeImages, facts: everywhere, board }),
    castVote: createCastVote(submitVote),
    recountPoll: createRecountPoll(records, board, metrics, logger),
    exportVotes: createExportVotes(polls, records),
    voidVotes: createVoidVotes(audit, board, metrics),
    readAudit: createReadAudit(polls, audit),
    eraseVoter: createEraseVoter({ erasures, images, removeImages, keys, tokens, facts: everywhere, board }),
    createInvitations: createCreateInvitations(invitations, keys.invitations),
    countInvitations: createCountInvitations(polls, invitations),
    revokeInvitation: createRevokeInvitation(polls, invitations),
    listDeadLetters: createListDeadLetters(database.outbox),
    replayDeadLetters: createReplayDeadLetters(database.outbox),
    endSession: everywhere.endSession,
    storeImage: pictures.storeImage,
    deleteImage: pictures.deleteImage,
    admitVoter: createAdmitVoter({
      tokens,
      invitations,
      metrics,
      checkCaptcha: options.captcha && createCheckCaptcha(options.captcha, logger),
      newDevices: fleet.createRateLimiter('new-devices', newDevices.perMinute / 60, newDevices.burst),
    }),
  }
  const feed = createResultsFeed(board, fleet.results, channel.publish)
  metrics.gauge('live_poll_watched_polls', () => feed.watched().length)
  metrics.gauge('live_poll_watchers', feed.watchers)
  const { isShared } = database
  const { newest: kept } = fleet.results
  const reconcile: Reconcile = startReconcile({ polls, board, screens: feed, kept, isShared, metrics, logger })
  const stopForgetting = startForgettingRequests(polls, logger)
  const limits = options.channel
  channel.start({ ...actions, submitVote, tokens, sessions, feed, limits, load, logger, metrics })
  const events = createEventStreams({ channel, tokens, sessions, readOwn: actions.readOwn, most: limits.fullBytes })

  async function findPoll(pollId: string) {
    // Not from memory: another node may have made it private, or deleted it.
    const record = isPollId(pollId) ? await readRecord(pollId) : undefined
    return record && aboutPoll(record.facts)
  }
  const access = createAccess({ ...options, ...host, tokens, origins, sessions, mayView, findPoll })
  const addressOf = (request: HttpRequest) => clientAddress(request, trustedProxies)
  const nameNetwork = (request: HttpRequest) => hidden(networkOf(addressOf(request)))

  return {
    database,
    actions,
    accounts,
    metrics,
    watchResults: createWatchResults(feed, readTogether),
    degraded: () => (fleet.problem() === undefined ? [] : ['redis']),
    routes: createRoutes({
      ...{ ...actions, access, mayView, findPoll, nameNetwork, load, metrics, openEvents: events.open },
      images: pictures.served,
      accounts: accounts && { accounts, origins, addressOf },
    }),
    async close() {
      stopSchedule()
      watchedLoad.stop()
      reconcile.stop()
      stopForgetting()
      pictures.stop()
      stopWatchingSessions()
      hooks.close()
      await groupCommit.drain()
      await stopSinks()
      isClosed = true
      board.close() // nobody is told of readings that fail from here on
      await nextTurn() // the answers are on their way, from promise to promise
      channel.close()
      events.close()
      feed.close()
      await hooks.settled()
      await fleet.close()
      await database.close()
    },
  }
}

/** What is opened beside the database. */
async function openBeside(options: Options, database: OpenDatabase) {
  const keys = await readKeys(options, database)
  const { basePath, logger, redis } = options
  const hidden = redis ? createSharedHiddenNames(keys.hiddenNames) : createHiddenNames()
  const fleet = await (await chooseFleet(options)).open(logger)
  const site: AccountsSite = {
    ...{ basePath, key: keys.accounts, logger },
    createRateLimiter(...limit) {
      const { take } = fleet.createRateLimiter(...limit)
      return { take: (name) => take(hidden(name)) }
    },
  }
  try {
    return { keys, hidden, fleet, accounts: await options.accounts?.open(database.sql, site) }
  } catch (error) {
    await fleet.close()
    throw error
  }
}

async function readKeys({ secret: given, tokenSecrets, database: chosen }: Options, database: OpenDatabase) {
  const secret = given ?? (await database.ownSecret?.())
  if (secret === undefined) throw new OptionError('secret', `${chosen?.name} needs one. ${secretAdvice}`)
  checkSecret(secret)
  const keys = deriveKeys(secret, tokenSecrets)
  if (await database.claimKey(keys.id)) return keys
  throw new OptionError('secret', 'this database was made with another one; voters would be taken for new ones.')
}
