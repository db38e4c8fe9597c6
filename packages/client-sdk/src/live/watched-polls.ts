import { type HeldPoll, holdVote, nothingHeld, reducePoll } from '../poll-state.ts'
import type { ClientMessage, ErrorMessage, PollMessage, ResultsMessage, StateMessage } from '../protocol/messages.ts'
import type { Poll, Vote } from '../protocol/models.ts'
import { PollError } from '../protocol/poll-error.ts'
import { isPollId } from '../protocol/poll-id.ts'
import { toPollError } from '../to-poll-error.ts'
import type { Replaced } from './pending-votes.ts'
import type { PollListener, WatchedPoll } from './watched-poll.ts'

export interface WatchedPollsOptions {
  getPoll(pollId: string): Promise<Poll>
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
  /** A line is up, as this voter or as nobody. */
  connected(voterId: string | null): void
  disconnected(): void
  receive(message: PollMessage | ResultsMessage | StateMessage | ErrorMessage): void
  /** What the next vote on a poll replaces, or null while the server has not said it on this connection. */
  replaced(pollId: string): Replaced | null
  committed(pollId: string, vote: Vote, epoch: number): void
  /** Shows a vote on its way; the returned function ends that, unless a later one is shown by then. */
  showPending(pollId: string, choices: readonly number[] | null): () => void
  /** Something shown is known to be out of date: asks for the poll again. */
  refresh(pollId: string): void
}

interface Entry {
  held: HeldPoll
  shown: WatchedPoll
  readonly listeners: Set<{ readonly call: PollListener }>
  loading: Promise<void> | null
  /** Where the question for this poll is: nowhere, waiting to be sent, or not answered. */
  asking: 'no' | 'due' | 'sent'
  /** Whether `held.vote` is what the server said to this voter on this connection. */
  isOwnVoteKnown: boolean
}

/** The server takes 20 messages at once and 10 a second; votes and pings need their share. */
const QUESTIONS_A_TURN = 10
const TURN = 1250
const RETRY_AFTER = 2000

export function createWatchedPolls({ getPoll, send }: WatchedPollsOptions): WatchedPolls {
  const entries = new Map<string, Entry>()
  let voter: string | null = null
  let transport: WatchedPoll['transport'] = 'connecting'
  let turnTimer: ReturnType<typeof setTimeout> | undefined
  let questionsLeft = QUESTIONS_A_TURN

  function show(entry: Entry, change: Partial<WatchedPoll> = {}): void {
    const { ahead, ...held } = entry.held
    const next: WatchedPoll = { ...entry.shown, ...change, ...held, transport }
    const keys = Object.keys(next) as (keyof WatchedPoll)[]
    if (keys.every((key) => next[key] === entry.shown[key])) return
    entry.shown = next
    for (const { call } of [...entry.listeners]) notify(call, next)
  }

  function hold(entry: Entry, held: HeldPoll): void {
    entry.held = held
    show(entry, held.poll ? { status: 'ready', error: null } : {})
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
        (poll) => hold(entry, reducePoll(entry.held, { type: 'poll', poll, vote: null })),
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
        entry = newEntry(transport)
        entries.set(pollId, entry)
        if (!isPollId(pollId)) fail(entry, new PollError('POLL_NOT_FOUND'))
        else if (transport === 'websocket') ask(entry)
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
    connected(voterId) {
      const isSame = voterId === voter
      voter = voterId
      transport = 'websocket'
      for (const entry of entries.values()) {
        entry.isOwnVoteKnown = false
        hold(entry, isSame ? entry.held : { ...entry.held, vote: null })
        if (entry.shown.status !== 'not-found') ask(entry)
      }
    },
    disconnected() {
      transport = entries.size > 0 ? 'none' : 'connecting'
      endTurn()
      for (const entry of entries.values()) {
        entry.asking = 'no'
        entry.isOwnVoteKnown = false
        show(entry)
      }
    },
    receive(message) {
      const entry = entries.get(message.type === 'poll' ? message.poll.id : (message.pollId ?? ''))
      if (!entry) return
      if (message.type === 'error') return receiveError(entry, message)
      if (message.type === 'poll') {
        entry.asking = 'no'
        entry.isOwnVoteKnown = voter !== null
      }
      hold(entry, reducePoll(entry.held, message))
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
    refresh(pollId) {
      const entry = entries.get(pollId)
      if (!entry) return
      entry.isOwnVoteKnown = false
      ask(entry)
    },
  }
}

function newEntry(transport: WatchedPoll['transport']): Entry {
  return {
    held: nothingHeld,
    shown: { poll: null, results: null, vote: null, pending: null, status: 'loading', error: null, transport },
    listeners: new Set(),
    loading: null,
    asking: 'no',
    isOwnVoteKnown: false,
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
