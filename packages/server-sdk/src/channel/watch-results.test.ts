import type { Results } from '@live-poll/client-sdk/protocol'
import { expect, it } from 'vitest'
import type { PollReading } from '../actions/read-poll.ts'
import type { PollNews } from '../ports/results-bus.ts'
import { iterateNewest } from '../results/iterate-newest.ts'
import { createResultsFeed } from './results-feed.ts'
import { createWatchResults } from './watch-results.ts'
import { type Facts, reading as ownReading, snapshot } from './watched-polls.fixture.ts'

const facts = (version: number, more: Facts = {}) => ({ version, ...more })

/** A feed, and readings that end when the test says so. */
function createSetup() {
  let tell = (_: PollNews) => {}
  const followed: string[] = []
  const published: string[] = []
  const feed = createResultsFeed(
    {
      onNews(listener) {
        tell = listener
        return () => {}
      },
    },
    { follow: (pollId) => void followed.push(pollId), unfollow: (pollId) => void followed.push(`no ${pollId}`) },
    (topic) => void published.push(topic),
  )
  const readings: { resolve: (reading: PollReading) => void; reject: (error: unknown) => void }[] = []
  const readPoll = () => new Promise<PollReading>((resolve, reject) => readings.push({ resolve, reject }))
  const watchResults = createWatchResults(feed, readPoll)
  const watch = (pollId = 'p') => iterateNewest<Results>((sink) => watchResults(pollId, sink))
  const answer = (version: number, more: Facts = {}) =>
    readings.shift()?.resolve(ownReading(facts(version, more)).reading as PollReading)
  return { feed, followed, published, readings, watch, answer, tell: (news: PollNews) => tell(news) }
}

const versionOf = async (next: Promise<IteratorResult<Results>>) => (await next).value?.version

it('gives a reading first, and then what is newer', async () => {
  const { watch, answer, tell, followed } = createSetup()
  const results = watch()
  const first = results.next()
  expect(followed).toEqual(['p'])
  answer(3)
  expect(await versionOf(first)).toBe(3)
  const second = results.next()
  for (const version of [2, 3, 4]) tell(snapshot({ version }))
  expect(await versionOf(second)).toBe(4)
  tell(snapshot({ version: 4, state: 'closed' }))
  expect((await results.next()).value).toMatchObject({ version: 4, state: 'closed' })
  tell(snapshot({ epoch: 2, version: 5 }))
  expect((await results.next()).value).toMatchObject({ epoch: 2 })
})

it('gives what was published while it read, where that is newer, and nothing before', async () => {
  const { watch, answer, tell } = createSetup()
  const results = watch()
  const first = results.next()
  let isThere = false
  void first.then(() => {
    isThere = true
  })
  tell(snapshot({ version: 2 }))
  await new Promise(setImmediate)
  expect(isThere, 'it may be older than what is in the database').toBe(false)
  tell(snapshot({ version: 7 }))
  answer(5)
  expect(await versionOf(first)).toBe(7)
})

it('gives what those who watch already have been told, where that is newer', async () => {
  const { watch, answer, tell } = createSetup()
  const early = watch()
  void early.next()
  answer(1)
  await new Promise(setImmediate)
  tell(snapshot({ version: 6 }))
  const late = watch()
  const first = late.next()
  answer(5)
  expect(await versionOf(first)).toBe(6)
})

it('gives nothing twice and nothing older, though the feed has not yet come to what was read', async () => {
  const { watch, answer, tell, feed } = createSetup()
  const early = watch()
  void early.next()
  answer(1)
  await new Promise(setImmediate)
  const late = watch()
  const first = late.next()
  answer(5)
  expect(await versionOf(first)).toBe(5)
  const next = late.next()
  for (const version of [3, 5]) tell(snapshot({ version }))
  tell(snapshot({ version: 5, isRevealed: true, showResults: 'always' }))
  expect(feed.newest('p')?.results.version, 'screens are told').toBe(5)
  tell(snapshot({ version: 6 }))
  expect(await versionOf(next)).toBe(6)
})

it('leaves, and the last one takes the poll off the bus', async () => {
  const { watch, answer, feed, followed } = createSetup()
  const [one, other] = [watch(), watch()]
  const next = [one.next(), other.next()]
  answer(1)
  answer(1)
  await Promise.all(next)
  await one.return?.()
  expect([feed.watched(), followed]).toEqual([['p'], ['p']])
  await other.return?.()
  await other.return?.()
  expect([feed.watched(), followed]).toEqual([[], ['p', 'no p']])
  const unanswered = watch()
  void unanswered.next()
  await unanswered.return?.()
  expect(feed.watched(), 'while it reads').toEqual([])
  answer(2)
})

it('counts as nobody who watches', async () => {
  const { watch, feed } = createSetup()
  void watch().next()
  expect([feed.watching('p'), feed.watchers()]).toEqual([0, 0])
})

it('ends when the poll is deleted; one that comes back later is another', async () => {
  const { watch, answer, tell, feed } = createSetup()
  const results = watch()
  const first = results.next()
  answer(1)
  await first
  const gone = results.next()
  tell({ kind: 'deleted', pollId: 'p' })
  const again = watch()
  void again.next()
  await expect(gone).rejects.toMatchObject({ code: 'POLL_NOT_FOUND' })
  expect(feed.watched(), 'who has gone takes nobody with them').toEqual(['p'])
})

it('ends by what its reading throws, and where there can be no such poll', async () => {
  const { watch, readings, feed } = createSetup()
  const failing = watch().next()
  readings.shift()?.reject(new Error('down'))
  await expect(failing).rejects.toThrow('down')
  await expect(watch('no poll').next()).rejects.toMatchObject({ code: 'POLL_NOT_FOUND' })
  expect([feed.watched(), readings.length]).toEqual([[], 0])
})

it('ends without an error when the feed is closed', async () => {
  const { watch, answer, feed } = createSetup()
  const results = watch()
  const first = results.next()
  answer(1)
  await first
  const next = results.next()
  feed.close()
  expect(await next).toEqual({ value: undefined, done: true })
})
