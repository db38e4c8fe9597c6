/** How a call of the host's code has ended. */
export type CallEnd = { readonly value: unknown } | { readonly error: unknown }

/** Calls of the host's code, none of which is waited for longer than it may take. */
export interface HostCalls {
  /**
   * Calls it, and tells how that ended, once: before this returns where its answer is no promise. What it answers later
   * than it may is not heard.
   */
  call(run: () => unknown, ended: (end: CallEnd) => void): void
  /** As `call`, in a later turn: nothing that is under way waits for it. */
  callLater(run: () => unknown, ended: (end: CallEnd) => void): void
  /** Waits for no answer any more: each call that runs has ended with this error. */
  endAll(error: unknown): void
  /** Resolves when no call is to come and none runs: after the time that one may take, at the latest. */
  settled(): Promise<void>
}

/** @param timeout milliseconds that a call may take */
export function createHostCalls(timeout: number): HostCalls {
  const running = new Set<(end: CallEnd) => void>()
  let toCome = 0
  let onIdle = () => {}

  function call(run: () => unknown, ended: (end: CallEnd) => void) {
    let value: unknown
    try {
      value = run()
    } catch (error) {
      return ended({ error })
    }
    if (!isPromise(value)) return ended({ value })
    const end = (how: CallEnd) => {
      if (!running.delete(end)) return
      clearTimeout(timer)
      try {
        ended(how)
      } finally {
        checkIdle()
      }
    }
    const timer = setTimeout(() => end({ error: new Error(`It took longer than ${timeout} ms.`) }), timeout)
    running.add(end)
    Promise.resolve(value).then(
      (answer) => end({ value: answer }),
      (error) => end({ error }),
    )
  }

  function checkIdle() {
    if (running.size === 0 && toCome === 0) onIdle()
  }

  return {
    call,
    callLater(run, ended) {
      toCome++
      setImmediate(() => {
        toCome--
        call(run, ended)
        checkIdle()
      })
    },
    endAll(error) {
      for (const end of running) end({ error })
    },
    async settled() {
      if (running.size === 0 && toCome === 0) return
      await new Promise<void>((resolve) => {
        onIdle = resolve
      })
    },
  }
}

function isPromise(value: unknown): boolean {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Promise<unknown>>).then === 'function'
}
