import { type HeldPoll, holdVote, nothingHeld, reducePoll } from '../poll-state.ts'
import { isPollId } from '../protocol/codec.ts'
import { PollError } from '../protocol/errors.ts'
import type { ClientMessage, ErrorMessage, PollMessage, ServerMessage } from '../protocol/messages.ts'
import type { Poll, Results, Vote } from '../protocol/models.ts'
import { toPollError } from '../to-poll-error.ts'

/** All that a screen shows of one poll. A new object at every change. */
export interface WatchedPoll {
  /** Null until it is loaded, and when there is no such poll. */
  readonly poll: Poll | null
  /** The newest results that fit the choices of `poll`; null when they are hidden. */
  readonly results: Results | null
  /** The own vote as committed; null before the first. */
  readonly vote: Vote | null
  /** The own vote that is not answered yet, the last one if several are on their way. */
  readonly pending: { readonly choices: readonly number[] | null } | null
  /** `error` only while there is nothing to show; it goes over to `ready` by itself when the cause passes. */
  readonly status: 'loading' | 'ready' | 'not-found' | 'error'
  readonly error: PollError | null
  /** How news arrives. `connecting`: the first attempt is under way. `none`: offline, the last state is kept. */
  readonly transport: 'connecting' | 'websocket' | 'none'
}

export type PollListener = (state: WatchedPoll) => void

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
  receive(message: ServerMessage): void
  /** Asks again for polls whose question went unanswered. */
  askAgain(): void
  /** What the next vote on a poll must name, or null while the server has not said it on this connection. */
  ownRevision(pollId: string): { readonly revision: number; readonly epoch: number } | null
  committed(pollId: string, vote: Vote, epoch: number): void
  pending(pollId: string, pending: WatchedPoll['pending']): void
  /** Something shown is known to be out of date: asks for the poll again. */
  refresh(pollId: string): void
  /** Nothing will be answered any more. */
  failed(error: PollError): void
}

interface Entry {
  held: HeldPoll
  shown: WatchedPoll
  readonly listeners: Set<{ readonly call: PollListener }>
  loading: Promise<void> | null
  /** Whether a `watch` is on its way and not answered. */
  isAsked: boolean
  /** Whether `held.vote` is what the server said to this voter on this connection. */
  isOwnVoteKnown: boolean
}

/** The server takes 20 messages at once and 10 a second; votes and pings need their share. */
const WATCHES_A_TURN = 10
const TURN = 1250
const RETRY_AFTER = 2000

export function createWatchedPolls({ getPoll, send }: WatchedPollsOptions): WatchedPolls {
  const entries = new Map<string, Entry>()
  const toAsk = new Set<string>()
  const retries = new Set<ReturnType<typeof setTimeout>>()
  let voter: string | null = null
  let transport: WatchedPoll['transport'] = 'connecting'
  let turnTimer: ReturnType<typeof setTimeout> | undefined
  let askedThisTurn = 0

  function show(entry: Entry, change: Partial<WatchedPoll>): void {
    const { poll, results, vote } = entry.held
    const next: WatchedPoll = { ...entry.shown, ...change, poll, results, vote, transport }
    const keys = Object.keys(next) as (keyof WatchedPoll)[]
    if (keys.every((key) => next[key] === entry.shown[key])) return
    entry.shown = next
    for (const { call } of [...entry.listeners]) notify(call, next)
  }

  function hold(entry: Entry, held: HeldPoll): void {
    entry.held = held
    show(entry, held.poll ? { status: 'ready', error: null } : {})
  }

  function fail(pollId: string, entry: Entry, error: PollError): void {
    if (error.code === 'POLL_NOT_FOUND') {
      entry.held = nothingHeld
      toAsk.delete(pollId)
      show(entry, { status: 'not-found', error })
    } else if (!entry.held.poll) {
      show(entry, { status: 'error', error })
    }
  }

  function ask(pollId: string, entry: Entry): void {
    entry.isAsked = true
    toAsk.add(pollId)
    askNext()
  }

  function askNext(): void {
    for (const pollId of toAsk) {
      if (askedThisTurn >= WATCHES_A_TURN || !send({ type: 'watch', pollId })) return
      toAsk.delete(pollId)
      askedThisTurn++
      turnTimer ??= setTimeout(() => {
        turnTimer = undefined
        askedThisTurn = 0
        askNext()
      }, TURN)
    }
  }

  function load(pollId: string, entry: Entry): Promise<void> {
    entry.loading ??= getPoll(pollId)
      .then(
        (poll) => hold(entry, reducePoll(entry.held, { type: 'poll', poll, vote: entry.held.vote })),
        (error: PollError) => fail(pollId, entry, error),
      )
      .finally(() => {
        entry.loading = null
      })
    return entry.loading
  }

  function receivePoll(message: PollMessage, entry: Entry): void {
    entry.isAsked = false
    entry.isOwnVoteKnown = voter !== null
    hold(entry, reducePoll(entry.held, message))
  }

  function receiveError(message: ErrorMessage, pollId: string, entry: Entry): void {
    entry.isAsked = false
    const error = toPollError(message)
    fail(pollId, entry, error)
    if (!error.retryable) return
    const wait = message.retryAfter ?? RETRY_AFTER
    const timer = setTimeout(
      () => {
        retries.delete(timer)
        if (entries.get(pollId) === entry) ask(pollId, entry)
      },
      wait * (1 + Math.random()),
    )
    retries.add(timer)
  }

  return {
    get isNeeded() {
      for (const { shown } of entries.values()) if (shown.status !== 'not-found') return true
      return false
    },
    watch(pollId, listener) {
      let entry = entries.get(pollId)
      if (!entry) {
        entry = newEntry(transport)
        entries.set(pollId, entry)
        if (!isPollId(pollId)) fail(pollId, entry, new PollError('POLL_NOT_FOUND'))
        else if (transport === 'websocket') ask(pollId, entry)
        else void load(pollId, entry)
      }
      const { listeners, shown } = entry
      const subscription = { call: listener }
      listeners.add(subscription)
      notify(listener, shown)
      return () => {
        if (!listeners.delete(subscription) || listeners.size > 0) return
        entries.delete(pollId)
        toAsk.delete(pollId)
        send({ type: 'unwatch', pollId })
      }
    },
    async load() {
      const missing = [...entries].filter(([, { shown }]) => shown.status === 'loading' || shown.status === 'error')
      await Promise.all(missing.map(([pollId, entry]) => load(pollId, entry)))
    },
    connected(voterId) {
      const isAnother = voterId !== voter
      voter = voterId
      transport = 'websocket'
      for (const [pollId, entry] of entries) {
        if (entry.shown.status === 'not-found') continue
        entry.isOwnVoteKnown = false
        hold(entry, isAnother ? { ...entry.held, vote: null } : entry.held)
        ask(pollId, entry)
      }
    },
    disconnected() {
      transport = 'none'
      clearTimeout(turnTimer)
      turnTimer = undefined
      askedThisTurn = 0
      toAsk.clear()
      for (const timer of retries) clearTimeout(timer)
      retries.clear()
      for (const entry of entries.values()) {
        entry.isAsked = false
        entry.isOwnVoteKnown = false
        show(entry, {})
      }
    },
    receive(message) {
      const pollId = pollIdOf(message)
      const entry = pollId === undefined ? undefined : entries.get(pollId)
      if (pollId === undefined || !entry) return
      if (message.type === 'error') return receiveError(message, pollId, entry)
      if (message.type === 'poll') receivePoll(message, entry)
      else hold(entry, reducePoll(entry.held, message))
      if (entry.held.ahead && !entry.isAsked) ask(pollId, entry)
    },
    askAgain() {
      for (const [pollId, entry] of entries) if (entry.isAsked) ask(pollId, entry)
    },
    ownRevision(pollId) {
      const entry = entries.get(pollId)
      if (!entry?.isOwnVoteKnown || !entry.held.poll) return null
      return { revision: entry.held.vote?.revision ?? 0, epoch: entry.held.poll.epoch }
    },
    committed(pollId, vote, epoch) {
      const entry = entries.get(pollId)
      if (entry) hold(entry, holdVote(entry.held, vote, epoch))
    },
    pending(pollId, pending) {
      const entry = entries.get(pollId)
      if (entry) show(entry, { pending })
    },
    refresh(pollId) {
      const entry = entries.get(pollId)
      if (!entry) return
      entry.isOwnVoteKnown = false
      ask(pollId, entry)
    },
    failed(error) {
      for (const [pollId, entry] of entries) fail(pollId, entry, error)
    },
  }
}

function newEntry(transport: WatchedPoll['transport']): Entry {
  return {
    held: nothingHeld,
    shown: { poll: null, results: null, vote: null, pending: null, status: 'loading', error: null, transport },
    listeners: new Set(),
    loading: null,
    isAsked: false,
    isOwnVoteKnown: false,
  }
}

function pollIdOf(message: ServerMessage): string | undefined {
  if (message.type === 'poll') return message.poll.id
  return message.type === 'results' || message.type === 'state' || message.type === 'error' ? message.pollId : undefined
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
