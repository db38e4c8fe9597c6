import { type ErrorCode, type PollError, pollError } from '@live-poll/client-sdk/protocol'
import type { NewPoll } from '../domain/poll-input.ts'
import type { HookName, HookSubjects, Hooks, PollToCreate, Refusal } from '../ports/hooks.ts'
import type { Logger } from '../ports/logger.ts'
import { createNotice } from '../upkeep/notice.ts'
import { type CallEnd, createHostCalls } from './host-calls.ts'

type BeforeHook = 'beforeVote' | 'beforeCreate'
type AfterHook = Exclude<HookName, BeforeHook>

/** Asks and tells the host's hooks, so that what goes wrong in one concerns nobody but whom it is about. */
export interface HookCalls {
  has(name: HookName): boolean
  /**
   * Asks a before-hook that the host has.
   * @param answer told once, before this returns where the hook answers at once: undefined lets pass; else a PollError, that
   * of the refusal, or `UNAVAILABLE` where the hook has failed or the server goes down
   */
  ask<N extends BeforeHook>(name: N, about: HookSubjects[N], answer: (refusal: PollError | undefined) => void): void
  /**
   * Tells an after-hook, if the host has it, in a later turn.
   * @param tell makes what it is told; undefined: there is nothing to tell any more
   */
  tell<N extends AfterHook>(name: N, tell: () => HookSubjects[N] | Promise<HookSubjects[N] | undefined>): void
  /** Answers what waits for a before-hook, and whatever comes from here on, by `UNAVAILABLE`. */
  close(): void
  /** Resolves when no after-hook runs; from here on none is told. */
  settled(): Promise<void>
}

/** Milliseconds until what a hook could not be asked about may be asked again. */
const retryAfter = 2000

const defaultTimeout = 5000

const refusals = { beforeVote: 'VOTE_REFUSED', beforeCreate: 'FORBIDDEN' } as const satisfies Record<
  BeforeHook,
  ErrorCode
>

export function createHookCalls(given: Hooks | undefined, logger: Logger): HookCalls {
  const hooks = given ?? {}
  const { timeout = defaultTimeout } = hooks
  const before = createHostCalls(timeout)
  const after = createHostCalls(timeout)
  const failed = createFailureNotices(logger)
  const restarting = pollError('UNAVAILABLE', {}, 'The server is restarting.')
  let isClosed = false
  let isSettled = false

  /** As a method of what the host gave. */
  const callHook = (name: HookName, about: unknown) =>
    (hooks[name] as ((about: unknown) => unknown) | undefined)?.call(hooks, about)

  function judge(name: BeforeHook, end: CallEnd): PollError | undefined {
    if ('error' in end) {
      if (end.error === restarting) return restarting
      failed(name, end.error)
    } else {
      const { value } = end
      if (value === undefined || value === null) return undefined
      if (isRefusal(value)) return pollError(refusals[name], {}, value.refuse || undefined)
      failed(name, new TypeError('It must return nothing, or { refuse: "why" }.'))
    }
    return pollError('UNAVAILABLE', { retryAfter }, 'This cannot be checked at the moment; ask again.')
  }

  return {
    has: (name) => hooks[name] !== undefined,
    ask(name, about, answer) {
      if (isClosed) return answer(restarting)
      before.call(
        () => callHook(name, about),
        (end) => answer(judge(name, end)),
      )
    },
    tell(name, tell) {
      if (hooks[name] === undefined || isSettled) return
      after.callLater(
        () => {
          const told = tell()
          if (!(told instanceof Promise)) return callHook(name, told)
          return told.then((late) => late && callHook(name, late))
        },
        (end) => 'error' in end && failed(name, end.error),
      )
    },
    close() {
      isClosed = true
      before.endAll(restarting)
    },
    async settled() {
      await after.settled()
      isSettled = true
    },
  }
}

function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Refusal>).refuse === 'string'
}

/** A hook may be called ten thousand times a second: the log has its first failure at once, and then the newest a minute. */
function createFailureNotices(logger: Logger): (name: HookName, error: unknown) => void {
  const notices = new Map<HookName, () => void>()
  const newest = new Map<HookName, unknown>()
  return (name, error) => {
    newest.set(name, error)
    let notice = notices.get(name)
    if (!notice) {
      notice = createNotice((times) => logger.error(describe(name, times), newest.get(name)))
      notices.set(name, notice)
    }
    notice()
  }
}

function describe(name: HookName, times: number): string {
  const what = `The hook ${name} failed${times > 1 ? ` ${times} times` : ''}`
  return name in refusals
    ? `${what}: what it was asked about was not done, and may be asked again.`
    : `${what}: what it was told of stands.`
}

/** A poll as `beforeCreate` is shown it: a copy, so that what a hook does to it changes nothing. */
export function toPollToCreate(poll: NewPoll): PollToCreate {
  const { opensAt, closesAt, ...fields } = structuredClone(poll)
  return { ...fields, opensAt: opensAt?.toISOString() ?? null, closesAt: closesAt?.toISOString() ?? null }
}
