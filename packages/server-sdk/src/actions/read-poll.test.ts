import type { Results, Vote } from '@live-poll/client-sdk/protocol'
import { expect, it } from 'vitest'
import { pollFacts } from '../domain/poll.fixture.ts'
import type { PollFacts, PollRecord } from '../domain/poll.ts'
import type { PollSnapshot } from '../ports/results-bus.ts'
import { createReadOwn, createReadPoll, createReadRecord, toReading } from './read-poll.ts'

const noon = new Date('2026-06-01T12:00:00Z')
const later = new Date('2026-06-01T13:00:00Z')

function record(version: number, facts: Partial<PollFacts> = {}, now = noon): PollRecord {
  return {
    facts: pollFacts({ createdAt: noon, ...facts }),
    version,
    buckets: new Map([['voters', version]]),
    now,
  }
}

/** A poll store of one poll, which notes what is asked of it, in order. */
function createStore(initial: PollRecord) {
  const store = { record: initial as PollRecord | undefined, asked: [] as string[], turned: [] as string[] }
  const change = (facts: Partial<PollFacts>) => {
    if (store.record) store.record = { ...store.record, facts: { ...store.record.facts, ...facts } }
  }
  const readRecord = createReadRecord(
    {
      async read() {
        store.asked.push('read')
        return store.record
      },
      async close(_, when) {
        store.asked.push(`close ${when}`)
        if (store.record?.facts.closedAt) return 'unchanged'
        change({ closedAt: store.record?.facts.closesAt ?? null })
        return 'changed'
      },
      async reveal(_, epoch) {
        store.asked.push(`reveal ${epoch}`)
        change({ revealedEpoch: epoch })
      },
    },
    (pollId) => store.turned.push(pollId),
  )
  return { store, readRecord }
}

it('reads a poll as it is, once', async () => {
  const { store, readRecord } = createStore(record(3))
  expect(await readRecord('p')).toBe(store.record)
  store.record = undefined
  expect(await readRecord('p')).toBeUndefined()
  expect(store).toMatchObject({ asked: ['read', 'read'], turned: [] })
})

it('closes a poll that is due before it answers, and says so once', async () => {
  const { store, readRecord } = createStore(record(3, { closesAt: noon }, later))
  expect((await readRecord('p'))?.facts.closedAt).toEqual(noon)
  await readRecord('p')
  expect(store).toMatchObject({ asked: ['read', 'close due', 'read', 'read'], turned: ['p'] })
})

it('reveals a poll with enough voters before it answers, once an epoch', async () => {
  const { store, readRecord } = createStore(record(4, { minVoters: 5, revealedEpoch: 1, epoch: 2 }))
  await readRecord('p')
  expect(store.asked, 'one is missing').toEqual(['read'])
  store.record = record(5, { minVoters: 5, revealedEpoch: 1, epoch: 2 })
  expect((await readRecord('p'))?.facts.revealedEpoch).toBe(2)
  store.record = record(1, { minVoters: 5, revealedEpoch: 2, epoch: 2 })
  await readRecord('p')
  expect(store).toMatchObject({ asked: ['read', 'read', 'reveal 2', 'read', 'read'], turned: ['p'] })
})

it('closes and reveals in one reading', async () => {
  const { store, readRecord } = createStore(record(5, { minVoters: 5, closesAt: noon }, later))
  expect((await readRecord('p'))?.facts).toMatchObject({ closedAt: noon, revealedEpoch: 1 })
  expect(store.asked).toEqual(['read', 'close due', 'read', 'reveal 1', 'read'])
})

function published(version: number, results: Partial<Results> = {}): PollSnapshot {
  const counts = { kind: 'choose', pollId: 'p', epoch: 1, edition: 1, state: 'open', votes: [9], voters: 9 } as const
  return {
    kind: 'snapshot',
    pollId: 'p',
    results: { ...counts, version, ...results },
    visibility: { showResults: 'always', isRevealed: true, isPrivate: false },
  }
}

const nothingPublished = { newest: () => undefined }

it('takes what was published meanwhile, and reads again where that is more than counts', async () => {
  const reads = async (newest: PollSnapshot, records: PollRecord[]) => {
    const readPoll = createReadPoll(async () => records.shift(), { newest: () => newest }, null)
    const { poll } = await readPoll('p')
    return [poll.edition, poll.results.version, records.length]
  }
  expect(await reads(published(2), [record(3)])).toEqual([1, 3, 0])
  expect(await reads(published(4), [record(3)])).toEqual([1, 4, 0])
  expect(await reads(published(4, { edition: 2 }), [record(3), record(4, { edition: 2 })])).toEqual([2, 4, 0])
  expect(await reads(published(9, { epoch: 2 }), [record(3), record(4), record(5), record(6)]), 'in the end').toEqual([
    ...[1, 5, 1],
  ])
})

it('keeps revealed what was published as such', async () => {
  const readPoll = createReadPoll(async () => record(3, { minVoters: 9 }), { newest: () => published(2) }, null)
  expect((await readPoll('p')).visibility.isRevealed).toBe(true)
})

it('answers POLL_NOT_FOUND for no poll', async () => {
  const readPoll = createReadPoll(async () => undefined, { newest: () => undefined }, null)
  await expect(readPoll('p')).rejects.toMatchObject({ code: 'POLL_NOT_FOUND' })
})

it('answers a vote with a poll of its own epoch only', async () => {
  const vote = (revision: number): Vote => ({ voteId: `v-${revision}`, choices: [1], revision })
  const readings = [1, 2, 2].map((epoch) => toReading(record(1, { epoch }), null))
  const votes = [vote(7), null]
  const readOwn = createReadOwn(
    async () => readings.shift() ?? expect.unreachable(),
    async () => votes.shift() ?? null,
    nothingPublished,
    async () => true,
  )
  const own = await readOwn('p', { voter: { kind: 'user', id: 'ada' } })
  expect([own.reading.poll.epoch, own.vote]).toEqual([2, null])
  expect([readings.length, votes.length]).toEqual([0, 0])
})

it('reads no vote of nobody', async () => {
  const readOwn = createReadOwn(
    async () => toReading(record(1), null),
    () => expect.unreachable(),
    nothingPublished,
    async () => true,
  )
  expect((await readOwn('p', undefined)).vote).toBeNull()
})

it('shows a private poll to those it is for, and to a relay, and to nobody else', async () => {
  const secret = toReading(record(1, { isPrivate: true, owner: 'ed' }), null)
  const asked: unknown[] = []
  const readOwn = createReadOwn(
    async () => secret,
    async () => null,
    nothingPublished,
    async (poll, { pass }) => {
      asked.push(poll)
      return pass?.voter.id === 'ada'
    },
  )
  const ada = { voter: { kind: 'user', id: 'ada' } } as const
  for (const asker of [undefined, { voter: { kind: 'user', id: 'eve' } } as const]) {
    await expect(readOwn('p', asker)).rejects.toMatchObject({ code: 'POLL_NOT_FOUND' })
  }
  expect((await readOwn('p', ada)).reading).toBe(secret)
  expect((await readOwn('p', 'relay')).reading).toBe(secret)
  expect(asked[0]).toEqual({ id: 'p', owner: 'ed', isPrivate: true })
})

it('shows nothing of a poll that becomes private as it is read', async () => {
  const readings = [false, true].map((isPrivate) => toReading(record(1, { isPrivate }), null))
  const readOwn = createReadOwn(
    async () => readings.shift() ?? expect.unreachable(),
    async () => null,
    nothingPublished,
    async ({ isPrivate }) => !isPrivate,
  )
  const reading = readOwn('p', { voter: { kind: 'device', id: 'phone' } })
  await expect(reading).rejects.toMatchObject({ code: 'POLL_NOT_FOUND' })
})

it('reads a public poll once, after the vote, where its epoch is known already', async () => {
  const vote: Vote = { voteId: 'v', choices: [1], revision: 1 }
  const done: string[] = []
  const readOwn = (newest: PollSnapshot, epochs: number[]) =>
    createReadOwn(
      async () => {
        done.push('poll')
        return toReading(record(1, { epoch: epochs.shift() ?? 9 }), null)
      },
      async () => {
        done.push('vote')
        return vote
      },
      { newest: () => newest },
      async () => true,
    )('p', { voter: { kind: 'user', id: 'ada' } })
  expect((await readOwn(published(1, { epoch: 2 }), [2])).vote).toBe(vote)
  expect(done.splice(0)).toEqual(['vote', 'poll'])
  expect((await readOwn(published(1, { epoch: 1 }), [2, 2])).reading.poll.epoch).toBe(2)
  expect(done.splice(0), 'it was reset meanwhile').toEqual(['vote', 'poll', 'vote', 'poll'])
  const secret = published(1)
  await readOwn({ ...secret, visibility: { ...secret.visibility, isPrivate: true } }, [1, 1])
  expect(done, 'nothing of a private one before it is known whether it is for them').toEqual(['poll', 'vote', 'poll'])
})

it('closes a few polls at a time, however many are due at one moment: votes still find a connection', async () => {
  const closed = new Set<string>()
  let closing = 0
  let most = 0
  const readRecord = createReadRecord({
    read: async (id) => record(3, { id, closesAt: noon, ...(closed.has(id) && { closedAt: noon }) }, later),
    async close(id) {
      most = Math.max(most, ++closing)
      await new Promise((resolve) => setImmediate(resolve))
      closing--
      closed.add(id)
      return 'changed'
    },
    async reveal() {},
  })
  await Promise.all(Array.from({ length: 60 }, (_, index) => readRecord(`p${index}`)))
  expect(closed.size).toBe(60)
  expect(most).toBe(6)
})
