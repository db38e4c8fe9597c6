import { forgetVote, type HeldPoll, holdVote, nothingHeld, reducePoll } from '../poll-state.ts'
import type { ClientMessage, ErrorMessage, PollMessage, ServerMessage } from '../protocol/messages.ts'
import type { Vote } from '../protocol/models.ts'
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
  /** Whether the message went out. */
  send(message: ClientMessage): boolean
}

export interface WatchedPolls {
  /** Whether any poll needs the live connection. */
  readonly isNeeded: boolean
  /** Calls the listener at once, then at every change. Returns how to stop. */
  watch(pollId: string, listener: PollListener): () => void
  /** Asks over HTTP for every poll not held yet. Never rejects. */
  load(): Promise<void>
  /** A line is up, as this voter or as nobody; `transport` where it is the same for all polls. */
  connected(voterId: string | null, transport?: Transport): void
  /** How news of this poll arrives. */
  arrives(pollId: string, transport: Transport): void
  disconnected(): void
  /** Ignores what is not about a poll that is watched. */
  receive(message: ServerMessage): void
  /** What the next vote on a poll replaces, or null while the server has not said it on this connection. */
  replaced(pollId: string): Replaced | null
  /** The own vote as the server has it. */
  committed(pollId: string, vote: Vote, epoch: number): void
  /** Shows a vote on its way; the returned function ends that, unless a later one is shown by then. */
  showPending(pollId: string, choices: readonly number[] | null): () => void
  /**
   * Something shown is known to be out of date: asks for the poll again.
   * @param isOwnVoteKnown whether the next vote can go before the answer
   */
  refresh(pollId: string, isOwnVoteKnown: boolean): void
  /** The device may have slept: asks again for what tells the time, where its clock cannot be relied on. */
  wake(): void
}

interface Entry {
  held: HeldPoll
  shown: WatchedPoll
  readonly listeners: Set<{ readonly call: PollListener }>
  loading: Promise<void> | null
  /** Where the question for this poll is: nowhere, waiting to be sent, or not answered. */
  asking: 'no' | 'due' | 'sent'
  askedAt: number
  /** Whether `held.vote` is what the server said to this voter on this connection. */
  isOwnVoteKnown: boolean
}

/** The server takes 20 messages at once and 10 a second; votes and pings need their share. */
const QUESTIONS_A_TURN = 10
const TURN = 1250
const RETRY_AFTER = 2000

export function createWatchedPolls({ getPoll, clock, send }: WatchedPollsOptions): WatchedPolls {
  const entries = new Map<string, Entry>()
  let voter: string | null = null
  let isUp = false
  /** Of polls that are watched from now on. */
  let transport: Transport = 'connecting'
  let turnTimer: ReturnType<typeof setTimeout> | undefined
  let questionsLeft = QUESTIONS_A_TURN

  function show(entry: Entry, change: Partial<WatchedPoll> = {}): void {
    const { ahead, ...held } = entry.held
    const next: WatchedPoll = { ...entry.shown, ...held, ...change }
    const keys = Object.keys(next) as (keyof WatchedPoll)[]
    if (keys.every((key) => next[key] === entry.shown[key])) return
    entry.shown = next
    for (const { call } of [...entry.listeners]) notify(call, next)
  }

  function hold(entry: Entry, held: HeldPoll): void {
    entry.held = held
    show(entry, held.poll ? { status: 'ready', error: null } : {})
  }

  /** What is deleted stays so, whatever was still on its way. */
  function take(entry: Entry, message: ServerMessage): void {
    if (entry.shown.status !== 'not-found') hold(entry, reducePoll(entry.held, message))
  }

  function fail(entry: Entry, error: PollError): void {
    if (error.code === 'POLL_NOT_FOUND') {
      entry.held = nothingHeld
      show(entry, { status: 'not-found', error })
    } else if (!entry.held.poll) {
      show(entry, { status: 'error', error })
    }
  }

  function load(pollId: string, entry: Entry): Promise<void> {
    entry.loading ??= getPoll(pollId)
      .then(
        (message) => take(entry, message),
        (error: PollError) => fail(entry, error),
      )
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
      entry.askedAt = performance.now()
      questionsLeft--
      nextTurnIn(TURN)
    }
  }

  function nextTurnIn(ms: number): void {
    turnTimer ??= setTimeout(() => {
      endTurn()
      askNext()
    }, ms)
  }

  function endTurn(): void {
    clearTimeout(turnTimer)
    turnTimer = undefined
    questionsLeft = QUESTIONS_A_TURN
  }

  /** A question that may be asked again keeps the others waiting too: the server has enough to do. */
  function receiveError(entry: Entry, message: ErrorMessage): void {
    const error = toPollError(message)
    entry.asking = error.retryable ? 'due' : 'no'
    if (error.retryable) {
      endTurn()
      questionsLeft = 0
      nextTurnIn((message.retryAfter ?? RETRY_AFTER) * (1 + Math.random()))
    }
    fail(entry, error)
  }

  return {
    get isNeeded() {
      return [...entries.values()].some(({ shown }) => shown.status !== 'not-found')
    },
    watch(pollId, listener) {
      let entry = entries.get(pollId)
      if (!entry) {
        entry = newEntry(transport, clock.now)
        entries.set(pollId, entry)
        if (!isPollId(pollId)) fail(entry, new PollError('POLL_NOT_FOUND'))
        else if (isUp) ask(entry)
        else void load(pollId, entry)
      }
      const { listeners, shown } = entry
      const subscription = { call: listener }
      listeners.add(subscription)
      notify(listener, shown)
      return () => {
        if (!listeners.delete(subscription) || listeners.size > 0) return
        entries.delete(pollId)
        send({ type: 'unwatch', pollId })
      }
    },
    async load() {
      const missing = [...entries].filter(([, { held, shown }]) => !held.poll && shown.status !== 'not-found')
      await Promise.all(missing.map(([pollId, entry]) => load(pollId, entry)))
    },
    connected(voterId, lineTransport) {
      const isSame = voterId === voter
      voter = voterId
      isUp = true
      transport = lineTransport ?? 'connecting'
      for (const entry of entries.values()) {
        entry.isOwnVoteKnown = false
        entry.held = isSame ? entry.held : forgetVote(entry.held)
        show(entry, { transport: lineTransport ?? entry.shown.transport })
        if (entry.shown.status !== 'not-found') ask(entry)
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
      const entry = entries.get(pollIdOf(message))
      if (!entry) return
      if (message.type === 'error') return receiveError(entry, message)
      if (message.type === 'poll') {
        if (entry.asking === 'sent') clock.take(message.now, entry.askedAt)
        entry.asking = 'no'
        entry.isOwnVoteKnown = voter !== null
      }
      take(entry, message)
      if (entry.held.ahead && entry.asking === 'no') ask(entry)
    },
    replaced(pollId) {
      const entry = entries.get(pollId)
      if (!entry?.isOwnVoteKnown || !entry.held.poll) return null
      return { revision: entry.held.vote?.revision ?? 0, epoch: entry.held.poll.epoch }
    },
    committed(pollId, vote, epoch) {
      const entry = entries.get(pollId)
      if (entry) hold(entry, holdVote(entry.held, vote, epoch))
    },
    showPending(pollId, choices) {
      const entry = entries.get(pollId)
      const pending = { choices }
      if (entry) show(entry, { pending })
      return () => {
        if (entry?.shown.pending === pending) show(entry, { pending: null })
      }
    },
    refresh(pollId, isOwnVoteKnown) {
      const entry = entries.get(pollId)
      if (!entry) return
      entry.isOwnVoteKnown &&= isOwnVoteKnown
      ask(entry)
    },
    wake() {
      if (!isUp || !clock.isSuspect()) return
      for (const entry of entries.values()) if (entry.shown.status !== 'not-found') ask(entry)
    },
  }
}

function newEntry(transport: Transport, serverNow: () => number): Entry {
  return {
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
      serverNow,
    },
    listeners: new Set(),
    loading: null,
    asking: 'no',
    askedAt: 0,
    isOwnVoteKnown: false,
  }
}

function pollIdOf(message: ServerMessage): string {
  if (message.type === 'poll') return message.poll.id
  return ('pollId' in message && message.pollId) || ''
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
