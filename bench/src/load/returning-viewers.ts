import { setTimeout as sleep } from 'node:timers/promises'
import { type Connection, openConnection, openConnections } from './connection.ts'
import { voteProtocols } from './vote-protocols.ts'

export interface ReturnPlan {
  /** Ports of the node they are on, and of the one they go to when it is gone. */
  readonly from: number
  readonly to: number
  readonly poll: string
  readonly count: number
}

export interface ReturnReport {
  /** How many are back, with the poll on their screens. */
  readonly back: number
  /** From the loss of the first to the return of the last. */
  readonly seconds: number
  readonly attempts: number
}

/** Milliseconds, by the protocol: how long a client waits at most after a loss, and after it was asked for patience. */
const bounds = { afterLoss: 1500, first: 500, longest: 30_000 }

/** Clients of ours who come back as the protocol says, when their node is gone. */
export function createReturningViewers() {
  const protocol = voteProtocols.livePoll
  let connections: Connection[] = []
  let returns: Promise<void>[] = []
  let back = 0
  let attempts = 0
  let lostAt = 0
  let lastBackAt = 0
  let isOver = false

  async function comeBack(to: number, poll: string): Promise<void> {
    let bound: number = bounds.afterLoss
    while (!isOver) {
      await sleep(Math.random() * bound)
      attempts++
      try {
        const events = { frame() {}, closed: () => back-- }
        connections.push(await openConnection(to, protocol, protocol.watch(poll), events))
        back++
        lastBackAt = performance.now()
        return
      } catch (error) {
        const asksForPatience = String(error).includes('close 1013')
        if (asksForPatience) bound = bound === bounds.afterLoss ? bounds.first : Math.min(bound * 2, bounds.longest)
      }
    }
  }

  return {
    /** Opens them all on the first node. */
    async settle({ from, to, poll, count }: ReturnPlan): Promise<void> {
      back = attempts = lostAt = lastBackAt = 0
      isOver = false
      returns = []
      connections = [
        ...(await openConnections(count, () =>
          openConnection(from, protocol, protocol.watch(poll), {
            frame() {},
            closed() {
              lostAt ||= performance.now()
              returns.push(comeBack(to, poll))
            },
          }),
        )),
      ]
    },

    /** Waits until all are back, or the time is up; then all leave. */
    async awaitReturn({ count, seconds }: { readonly count: number; readonly seconds: number }): Promise<ReturnReport> {
      const end = performance.now() + seconds * 1000
      while (back < count && performance.now() < end) await sleep(20)
      const report = { back, seconds: (lastBackAt - lostAt) / 1000, attempts }
      isOver = true
      for (const connection of connections) connection.end()
      await Promise.all(returns)
      return report
    },
  }
}
