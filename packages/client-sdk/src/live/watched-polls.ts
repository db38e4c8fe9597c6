import { changed, forgetVote, type HeldPoll, holdVote, nothingHeld, reducePoll } from '../poll-state.ts'
import type { ClientMessage, ErrorMessage, PollMessage, ServerMessage } from '../protocol/messages.ts'
import type { Poll, Vote } from '../protocol/models.ts'
import { PollError } from '../protocol/poll-error.ts'
import { isPollId } from '../protocol/poll-id.ts'
import { toPollError } from '../to-poll-error.ts'
import type { Replaced } from './pending-votes.ts'
import type { ServerClock } from './server-clock.ts'
import type { PollListener, Transport, WatchedPoll } from './watched-poll.ts'

export interface WatchedPollsOptions {
  /** The poll over HTTP, without an own vote. */
  getPoll(pollId: string): Promise<PollMessage>
  readonly clock: ServerClock
  /** Without one who is admitted no vote goes out. */
  readonly voter: { readonly admitted: boolean }
  /** Whether the message went out. */
  send(message: ClientMessage): boolean
}

export interface WatchedPolls {
  /** Whether any poll needs the live connection. */
  readonly isNeeded: boolean
  /** As whom the line was last up; null as nobody. */
  readonly voterId: string | null
  /** Calls the listener at once, then at every change. Returns how to stop. */
  watch(pollId: string, listener: PollListener): () => void
  /** Asks over HTTP for every poll not held yet. Never rejects. */
  load(): Promise<unknown>
  /** A line is up, as this voter or as nobody; `transport` where it is the same for all polls. */
  connected(voterId: string | null, transport?: Transport): void
  /** How news of this poll arrives. */
  arrives(pollId: string, transport: Transport): void
  disconnected(): void
  /** Ignores what is not about a poll that is watched. */
  receive(message: ServerMessage): void
  /** Shows a vote on its way, on a poll that is watched for as long. */
  cast(pollId: string, choices: readonly number[] | null): CastVote
  /** Another voter may see what is not there for the one before: asks again for polls that were not found. */
  revive(): void
  /** The device may have slept: asks again for everything, and so for the server's time. */
  wake(): void
}

/** A vote on its way, as its poll shows it. */
export interface CastVote {
  /** What it replaces, null while the server has not said it on this connection, or why it cannot be cast. */
  replaces(): Replaced | PollError | null
  /**
   * It is answered, and not shown as on its way any more, unless a later one is.
   * @param vote the own vote as the server has it
   * @param isOutOfDate what is shown is known not to be the truth: asks for the poll again
   */
  settle(vote: Vote | undefined, isOutOfDate?: boolean): void
}

interface Entry {
  held: HeldPoll
  shown: WatchedPoll
  readonly listeners: Set<{ readonly call: PollListener }>
  loading: Promise<void> | null
  /** Where the question for this poll is: nowhere, waiting to be sent, not answered, or refused for good. */
  asking: 'no' | 'due' | 'sent' | PollError
  /** Whether `held.vote` is what the server said to this voter on this connection. */
  isOwnVoteKnown: boolean
}

export function createWatchedPolls({ getPoll, clock, voter, send }: WatchedPollsOptions): WatchedPolls {
  /** The server takes 20 messages at once and 10 a second; votes and pings need their share. */
  const QUESTIONS_A_TURN = 10
  const TURN = 1250
  const RETRY_AFTER = 2000

  const entries = new Map<string, Entry>()
  let voterId: string | null = null
  let isUp = false
  /** Of polls that are watched from now on. */
  let transport: Transport = 'connecting'
  let turnTimer: ReturnType<typeof setTimeout> | undefined
  let questionsLeft = QUESTIONS_A_TURN

  /** Those that are there, as far as is known. */
  const present = () => [...entries].filter(([, { shown }]) => shown.status !== 'not-found')

  function entryOf(pollId: string): Entry {
    let entry = entries.get(pollId)
    if (entry) return entry
    entry = {
      held: nothingHeld,
      shown: {
        poll: null,
        results: null,
        vote: null,
        pending: null,
        status: 'loading',
        error: null,
        watching: null,
        transport,
        serverNow: clock.now,
      },
      listeners: new Set(),
      loading: null,
      asking: 'no',
      isOwnVoteKnown: false,
    }
    entries.set(pollId, entry)
    if (!isPollId(pollId)) fail(entry, new PollError('POLL_NOT_FOUND'))
    else if (isUp) ask(entry)
    else void load(pollId, entry)
    return entry
  }

  function show(entry: Entry, change: Partial<WatchedPoll>): void {
    const next = changed(entry.shown, change)
    if (next === entry.shown) return
    entry.shown = next
    for (const { call } of [...entry.listeners]) notify(call, next)
  }

  function hold(entry: Entry, held: HeldPoll, change?: Partial<WatchedPoll>): void {
    const { ahead, ...known } = held
    entry.held = held
    show(entry, { ...known, results: held.poll?.results ?? null, ...change })
  }

  /** What is deleted stays so, whatever was still on its way. */
  function take(entry: Entry, message: ServerMessage): void {
    if (message.type === 'poll') clock.take(message.now)
    if (entry.shown.status === 'not-found') return
    const held = reducePoll(entry.held, message)
    hold(entry, held, held.poll ? { status: 'ready', error: null } : {})
  }

  function fail(entry: Entry, error: PollError): void {
    if (error.code === 'POLL_NOT_FOUND') hold(entry, nothingHeld, { status: 'not-found', error })
    else if (!entry.held.poll) show(entry, { status: 'error', error })
  }

  function load(pollId: string, entry: Entry): Promise<void> {
    entry.loading ??= getPoll(pollId)
      .then((message) => take(entry, message))
      .catch((error: PollError) => fail(entry, error))
      .finally(() => {
        entry.loading = null
      })
    return entry.loading
  }

  function ask(entry: Entry): void {
    entry.asking = 'due'
    askNext()
  }

  function askNext(): void {
    for (const [pollId, entry] of entries) {
      if (entry.asking !== 'due') continue
      if (questionsLeft === 0 || !send({ type: 'watch', pollId })) return
      entry.asking = 'sent'
      questionsLeft--
      turnTimer ??= setTimeout(nextTurn, TURN)
    }
  }

  function nextTurn(): void {
    endTurn()
    askNext()
  }

  function endTurn(): void {
    clearTimeout(turnTimer)
    turnTimer = undefined
    questionsLeft = QUESTIONS_A_TURN
  }

  /** A question that may be asked again keeps the others waiting too: the server has enough to do. */
  function receiveError(entry: Entry, message: ErrorMessage): void {
    const error = toPollError(message)
    entry.asking = error.retryable ? 'due' : error
    if (error.retryable) {
      questionsLeft = 0
      clearTimeout(turnTimer)
      turnTimer = setTimeout(nextTurn, (message.retryAfter ?? RETRY_AFTER) * (1 + Math.random()))
    }
    fail(entry, error)
  }

  return {
    get isNeeded() {
      return present().length > 0
    },
    get voterId() {
      return voterId
    },
    watch(pollId, listener) {
      const { listeners, shown } = entryOf(pollId)
      const subscription = { call: listener }
      listeners.add(subscription)
      notify(listener, shown)
      return () => {
        if (!listeners.delete(subscription) || listeners.size > 0) return
        entries.delete(pollId)
        send({ type: 'unwatch', pollId })
      }
    },
    load: () => Promise.all(present().map(([pollId, entry]) => entry.held.poll || load(pollId, entry))),
    connected(newVoterId, lineTransport) {
      const isSame = newVoterId === voterId
      voterId = newVoterId
      isUp = true
      transport = lineTransport ?? 'connecting'
      for (const [, entry] of present()) {
        entry.isOwnVoteKnown = false
        hold(entry, isSame ? entry.held : forgetVote(entry.held), lineTransport && { transport })
        ask(entry)
      }
    },
    arrives(pollId, by) {
      const entry = entries.get(pollId)
      if (entry) show(entry, { transport: by })
    },
    disconnected() {
      isUp = false
      transport = entries.size > 0 ? 'none' : 'connecting'
      endTurn()
      for (const entry of entries.values()) {
        entry.asking = 'no'
        entry.isOwnVoteKnown = false
        show(entry, { transport })
      }
    },
    receive(message) {
      const { poll, pollId = poll?.id } = message as { readonly poll?: Poll; readonly pollId?: string }
      const entry = entries.get(pollId as string)
      if (!entry) return
      if (message.type === 'error') return receiveError(entry, message)
      if (message.type === 'poll') {
        entry.asking = 'no'
        entry.isOwnVoteKnown = voterId !== null
      }
      take(entry, message)
      if (entry.held.ahead && entry.asking === 'no') ask(entry)
    },
    cast(pollId, choices) {
      const entry = entryOf(pollId)
      const pending = { choices }
      const chosenIn = entry.held.poll?.epoch
      if (entry.asking instanceof PollError) ask(entry)
      let epoch: number | undefined
      show(entry, { pending })
      return {
        replaces() {
          const { held, shown, isOwnVoteKnown } = entry
          const error = entry.asking instanceof PollError ? entry.asking : shown.error
          if (error && !error.retryable) return error
          if (!isOwnVoteKnown || !held.poll || !voter.admitted) return null
          epoch = held.poll.epoch
          if (epoch !== (chosenIn ?? epoch)) return new PollError('EPOCH_CHANGED', { epoch })
          return { revision: held.vote?.revision ?? 0, epoch }
        },
        settle(vote, isOutOfDate) {
          const held = vote && epoch !== undefined ? holdVote(entry.held, vote, epoch) : entry.held
          hold(entry, held, entry.shown.pending === pending ? { pending: null } : {})
          if (!isOutOfDate) return
          entry.isOwnVoteKnown &&= vote !== undefined
          ask(entry)
        },
      }
    },
    revive() {
      for (const [pollId, entry] of entries) {
        if (entry.held.poll || !isPollId(pollId)) continue
        show(entry, { status: 'loading', error: null })
        void load(pollId, entry)
      }
    },
    wake() {
      if (isUp) for (const [, entry] of present()) ask(entry)
    },
  }
}

/** A listener that throws is the app's fault to see, but must not keep others from their news. */
function notify(listener: PollListener, state: WatchedPoll): void {
  try {
    listener(state)
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
