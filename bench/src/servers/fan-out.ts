import { answerCalls } from '../process/calls.ts'
import { commonCalls } from './common.ts'

const commons = commonCalls()

/** What a server that only shows results can be asked for. */
export type FanOutServer = typeof commons & {
  port(_: null): number
  /** Sends everybody new results, so many times a second, for so long. */
  broadcast(plan: { readonly perSecond: number; readonly seconds: number }): Promise<void>
}

/** The same bytes as ours sends for a poll with four choices. */
export function resultsOf(version: number): string {
  const votes = [version, version + 1, version + 2, version + 3]
  return JSON.stringify({
    ...{ type: 'results', kind: 'choose', pollId: 'p_0000000000000000', epoch: 1, version, edition: 1, state: 'open' },
    ...{ votes, voters: 4 * version + 6, watching: 10_000 },
  })
}

/** @param publish sends results to everybody */
export function answerFanOut(port: number, publish: (version: number) => void): void {
  let version = 1_000_000
  const calls: FanOutServer = {
    ...commons,
    port: () => port,
    broadcast: ({ perSecond, seconds }) =>
      new Promise((resolve) => {
        let left = Math.ceil(seconds * perSecond)
        const timer = setInterval(() => {
          publish(++version)
          if (--left > 0) return
          clearInterval(timer)
          resolve()
        }, 1000 / perSecond)
      }),
  }
  answerCalls(calls)
}
