import { encode, type Results } from '@live-poll/client-sdk/protocol'
import type { Board } from '../results/board.ts'

/** Carries results from the board to the sockets that watch a poll, each snapshot encoded once for all. */
export interface ResultsFeed {
  topic(pollId: string): string
  /** One more socket watches the poll. */
  join(pollId: string): void
  leave(pollId: string): void
  newest(pollId: string): Results | undefined
  close(): void
}

export function createResultsFeed(
  board: Pick<Board, 'newest' | 'onResults'>,
  publish: (topic: string, frame: string) => void,
): ResultsFeed {
  const watchers = new Map<string, number>()
  const topic = (pollId: string) => `results/${pollId}`

  const close = board.onResults((results) => {
    if (!watchers.has(results.pollId)) return
    publish(topic(results.pollId), encode({ type: 'results', ...results }))
  })

  return {
    topic,
    join: (pollId) => {
      watchers.set(pollId, (watchers.get(pollId) ?? 0) + 1)
    },
    leave(pollId) {
      const left = (watchers.get(pollId) ?? 0) - 1
      if (left > 0) watchers.set(pollId, left)
      else watchers.delete(pollId)
    },
    newest: (pollId) => board.newest(pollId),
    close,
  }
}
