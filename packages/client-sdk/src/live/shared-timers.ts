import type { Later } from './pending-votes.ts'

/** Callbacks are due in steps of this many ms, so that a thousand of them need one timer. */
const STEP = 50

/** As `setTimeout`, up to a step later, with few timers for many callbacks. */
export function createSharedTimers(): Later {
  const steps = new Map<number, { readonly timer: ReturnType<typeof setTimeout>; readonly callbacks: (() => void)[] }>()
  return (callback, ms) => {
    const now = Date.now()
    const due = Math.ceil((now + ms) / STEP) * STEP
    const call = () => {
      const { callbacks } = steps.get(due) ?? { callbacks: [] }
      steps.delete(due)
      for (const one of callbacks) one()
    }
    const step = steps.get(due) ?? { timer: setTimeout(call, due - now), callbacks: [] }
    steps.set(due, step)
    step.callbacks.push(callback)
    return step.timer
  }
}
