import { describe, expect, it, vi } from 'vitest'
import type { PollNews, PollSnapshot, ResultsBus } from '../../src/ports/results-bus.ts'

const snapshot = (version: number, pollId = 'p'): PollSnapshot => ({
  kind: 'snapshot',
  pollId,
  results: {
    ...{ kind: 'choose', epoch: 1, edition: 1, state: 'open', votes: [version, 0], voters: version },
    ...{ pollId, version },
  },
  visibility: { showResults: 'after-vote', isRevealed: version > 1, isPrivate: version > 2 },
})

/**
 * The contract of `ResultsBus`, while nothing goes wrong: it may lose, repeat and reorder when something does.
 * @param make two nodes on one new bus, which may be one and the same
 */
export function describeResultsBus(name: string, make: () => Promise<readonly [ResultsBus, ResultsBus]>): void {
  describe(`ResultsBus on ${name}`, () => {
    const hearing = (bus: ResultsBus) => {
      const heard: PollNews[] = []
      const unsubscribe = bus.subscribe((news) => heard.push(news))
      return { heard, unsubscribe }
    }

    it('carries snapshots whole to every listener of every node, the publishing one too', async () => {
      const [here, there] = await make()
      const listeners = [hearing(here), hearing(here), hearing(there)]
      here.publish(snapshot(1))
      there.publish(snapshot(1, 'q'))
      for (const { heard } of listeners) {
        await vi.waitFor(() => expect(heard).toEqual(expect.arrayContaining([snapshot(1), snapshot(1, 'q')])))
      }
    })

    it('carries that a poll is gone', async () => {
      const [here, there] = await make()
      const { heard } = hearing(there)
      here.publish({ kind: 'deleted', pollId: 'p' })
      await vi.waitFor(() => expect(heard).toEqual([{ kind: 'deleted', pollId: 'p' }]))
    })

    it('carries the last of many', async () => {
      const [here, there] = await make()
      const { heard } = hearing(there)
      for (let version = 1; version <= 1000; version++) here.publish(snapshot(version))
      await vi.waitFor(() => expect(heard).toContainEqual(snapshot(1000)))
    })

    it('tells nothing to who has unsubscribed, and goes on for the others', async () => {
      const [here, there] = await make()
      const gone = hearing(there)
      const stays = hearing(there)
      gone.unsubscribe()
      gone.unsubscribe()
      here.publish(snapshot(1))
      await vi.waitFor(() => expect(stays.heard).toEqual([snapshot(1)]))
      expect(gone.heard).toEqual([])
    })

    it('bears a listener that unsubscribes as it listens', async () => {
      const [here] = await make()
      const once: PollNews[] = []
      const unsubscribe = here.subscribe((news) => {
        once.push(news)
        unsubscribe()
      })
      const stays = hearing(here)
      here.publish(snapshot(1))
      await vi.waitFor(() => expect(stays.heard).toHaveLength(1))
      here.publish(snapshot(2))
      await vi.waitFor(() => expect(stays.heard).toHaveLength(2))
      expect(once).toEqual([snapshot(1)])
    })

    it('publishes to nobody without complaint', async () => {
      const [here] = await make()
      expect(() => here.publish(snapshot(1))).not.toThrow()
    })
  })
}
