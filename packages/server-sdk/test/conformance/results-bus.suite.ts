import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { PollNews, PollSnapshot, ResultsBus } from '../../src/ports/results-bus.ts'

/** A bus as two nodes have it. */
export interface BusUnderTest {
  /** May be one and the same. */
  readonly nodes: readonly [ResultsBus, ResultsBus]
  /** Whether following takes a while, and `onGap` says when it is done. */
  readonly hasGaps: boolean
  /** Whether it cannot tell that nobody follows a poll. */
  readonly isBlind?: boolean
  close(): Promise<void>
}

/** Milliseconds. */
const patience = { timeout: 10_000 }

const snapshot = (version: number, changes: Partial<PollSnapshot['results']> = {}): PollSnapshot => ({
  kind: 'snapshot',
  pollId: changes.pollId ?? 'p',
  results: {
    ...{ kind: 'choose', pollId: 'p', epoch: 1, edition: 1, state: 'open', votes: [version, 0], voters: version },
    ...{ version, ...changes },
  },
  visibility: { showResults: 'after-vote', isRevealed: version > 1, isPrivate: version > 2 },
})
const revealed = ({ visibility, ...news }: PollSnapshot, isRevealed: boolean): PollSnapshot => ({
  ...news,
  visibility: { ...visibility, isRevealed },
})

/**
 * The contract of `ResultsBus`, while nothing goes wrong: it may lose, repeat and reorder when something does.
 * @param make two nodes on a new bus
 */
export function describeResultsBus(name: string, make: () => Promise<BusUnderTest>): void {
  describe(`ResultsBus on ${name}`, () => {
    let bus: BusUnderTest
    let here: ResultsBus
    let there: ResultsBus
    beforeEach(async () => {
      bus = await make()
      ;[here, there] = bus.nodes
    })
    afterEach(() => bus.close())

    const hearing = (node: ResultsBus) => {
      const heard: PollNews[] = []
      const unsubscribe = node.subscribe((news) => heard.push(news))
      return { heard, unsubscribe }
    }
    /** Resolves when the polls' news come. */
    async function follow(node: ResultsBus, ...pollIds: string[]) {
      const told: string[] = []
      const stop = node.onGap((polls) => told.push(...polls))
      for (const pollId of pollIds) node.follow(pollId)
      if (bus.hasGaps) await vi.waitFor(() => expect(told).toEqual(expect.arrayContaining(pollIds)), patience)
      stop()
    }
    /** Resolves when everything that was published of the poll before has been kept, or not. */
    async function settled(expected: PollSnapshot | undefined, pollId = 'p') {
      await vi.waitFor(async () => expect(await here.newest(pollId)).toEqual(expected), patience)
    }

    it('carries snapshots whole to every listener of every node that follows, the publishing one too', async () => {
      await follow(there, 'p', 'q')
      await follow(here, 'q')
      const listeners = [hearing(here), hearing(here), hearing(there)]
      here.publish(snapshot(1))
      there.publish(snapshot(1, { pollId: 'q' }))
      for (const { heard } of listeners) {
        const both = [snapshot(1), snapshot(1, { pollId: 'q' })]
        await vi.waitFor(() => expect(heard).toEqual(expect.arrayContaining(both)), patience)
      }
    })

    it('tells the publishing node at once, followed or not', () => {
      const { heard } = hearing(here)
      here.publish(snapshot(1))
      expect(heard).toEqual([snapshot(1)])
    })

    it('tells nobody twice', async () => {
      await follow(here, 'p')
      await follow(there, 'p')
      const [publisher, other] = [hearing(here), hearing(there)]
      here.publish(snapshot(1))
      await settled(snapshot(1))
      here.publish(snapshot(2))
      await vi.waitFor(() => expect(other.heard).toEqual([snapshot(1), snapshot(2)]), patience)
      expect(publisher.heard).toEqual([snapshot(1), snapshot(2)])
    })

    it('carries that a poll is gone, and forgets it', async () => {
      await follow(there, 'p')
      const { heard } = hearing(there)
      here.publish(snapshot(1))
      await settled(snapshot(1))
      here.publish({ kind: 'deleted', pollId: 'p' })
      await vi.waitFor(() => expect(heard).toEqual([snapshot(1), { kind: 'deleted', pollId: 'p' }]), patience)
      expect(await there.newest('p')).toBeUndefined()
    })

    it('carries the last of many', async () => {
      await follow(there, 'p')
      const { heard } = hearing(there)
      for (let version = 1; version <= 1000; version++) here.publish(snapshot(version))
      await vi.waitFor(() => expect(heard).toContainEqual(snapshot(1000)), patience)
      await settled(snapshot(1000))
    })

    it('carries nothing more of a poll that is followed no longer', async () => {
      await follow(there, 'p', 'q')
      if (here === there) return // a single node hears itself
      there.unfollow('p')
      await follow(there, 'r') // answered after it
      const { heard } = hearing(there)
      here.publish(snapshot(1))
      await settled(snapshot(1))
      here.publish(snapshot(1, { pollId: 'q' }))
      await vi.waitFor(() => expect(heard).toEqual([snapshot(1, { pollId: 'q' })]), patience)
    })

    it('knows that nobody follows a poll, and when somebody does, here or on another node', async () => {
      const told: string[] = []
      const stop = here.onFollow((pollId) => told.push(pollId))
      for (const [index, node] of [there, here].entries()) {
        here.publish(snapshot(2 * index + 1))
        await settled(snapshot(2 * index + 1))
        await vi.waitFor(() => expect(here.isFollowed('p')).toBe(bus.isBlind ?? false), patience)
        told.length = 0
        await follow(node, 'p')
        await vi.waitFor(() => expect(told).toContain('p'), patience)
        expect(here.isFollowed('p')).toBe(true)
        here.publish(snapshot(2 * index + 2))
        await settled(snapshot(2 * index + 2))
        expect(here.isFollowed('p')).toBe(true)
        node.unfollow('p')
        await follow(node, 'q') // answered after it
        node.unfollow('q')
      }
      told.length = 0
      stop()
      here.follow('p')
      expect(told).toEqual([])
    })

    it('carries a poll that is followed again', async () => {
      await follow(there, 'p')
      there.unfollow('p')
      await follow(there, 'p')
      const { heard } = hearing(there)
      here.publish(snapshot(1))
      await vi.waitFor(() => expect(heard).toEqual([snapshot(1)]), patience)
    })

    it.each([
      ['an older version', snapshot(8), snapshot(9)],
      ['an older epoch', snapshot(9), snapshot(1, { epoch: 2 })],
      ['an earlier state', snapshot(1, { state: 'scheduled' }), snapshot(1)],
      ['one not revealed yet', revealed(snapshot(9), false), snapshot(9)],
    ])('keeps the newer one where %s comes later, and tells nobody else of that', async (_, older, newer) => {
      await follow(there, 'p')
      const { heard } = hearing(there)
      here.publish(newer)
      await settled(newer)
      here.publish(older)
      const last = snapshot(10, { epoch: 2 })
      here.publish(last)
      await settled(last)
      await vi.waitFor(() => expect(heard).toContainEqual(last), patience)
      if (here !== there) expect(heard).toEqual([newer, last])
    })

    it.each([
      ['an older version', snapshot(8), snapshot(9)],
      ['an older epoch', snapshot(9), snapshot(1, { epoch: 2 })],
    ])('says what is kept where %s is published', async (_, older, newer) => {
      there.publish(newer)
      await settled(newer)
      const told: unknown[] = []
      const stop = here.onBehind((pollId, kept) => told.push([pollId, kept]))
      const { epoch, version } = newer.results
      here.publish(older)
      await vi.waitFor(() => expect(told).toEqual([['p', { epoch, version }]]), patience)
      expect(await here.newest('p')).toEqual(newer)
      stop()
    })

    it('says nothing of the kind where the same counts are kept', async () => {
      there.publish(snapshot(9))
      await settled(snapshot(9))
      const told: unknown[] = []
      here.onBehind((pollId) => told.push(pollId))
      here.publish(snapshot(9))
      here.publish(snapshot(9, { state: 'closed' }))
      await settled(snapshot(9, { state: 'closed' }))
      here.publish(snapshot(9))
      here.publish(snapshot(10))
      await settled(snapshot(10))
      expect(told).toEqual([])
    })

    it('knows of no poll that nobody has published', async () => {
      expect(await here.newest('nobody')).toBeUndefined()
    })

    it('tells nothing to who has unsubscribed, and goes on for the others', async () => {
      await follow(there, 'p')
      const gone = hearing(there)
      const stays = hearing(there)
      gone.unsubscribe()
      gone.unsubscribe()
      here.publish(snapshot(1))
      await vi.waitFor(() => expect(stays.heard).toEqual([snapshot(1)]), patience)
      expect(gone.heard).toEqual([])
    })

    it('bears a listener that unsubscribes as it listens', async () => {
      const once: PollNews[] = []
      const unsubscribe = here.subscribe((news) => {
        once.push(news)
        unsubscribe()
      })
      const stays = hearing(here)
      here.publish(snapshot(1))
      here.publish(snapshot(2))
      expect(stays.heard).toHaveLength(2)
      expect(once).toEqual([snapshot(1)])
    })

    it('publishes to nobody without complaint', () => {
      expect(() => here.publish(snapshot(1))).not.toThrow()
    })
  })
}
