import { pollError } from '@live-poll/client-sdk/protocol'
import { expect, it } from 'vitest'
import { asker, cast, createSetup, reading, snapshot } from './watched-polls.fixture.ts'

const settled = () => new Promise(setImmediate)
const open = { showResults: 'always' } as const
const secret = { ...open, isPrivate: true } as const

/** Two who watch a public poll, on its results and on its state. */
async function createWatchers() {
  const setup = createSetup()
  const [may, mayNot] = [setup.connect(), setup.connect()]
  for (const { watch, look } of [may, mayNot]) {
    await watch(reading(open))
    look()
  }
  return { ...setup, may, mayNot }
}

it('a poll that becomes private is asked for again, and shown to those alone whom it is for', async () => {
  const { may, mayNot, tell, feed } = await createWatchers()
  tell(snapshot({ ...secret, version: 1, edition: 2 }))
  expect([may.look(), mayNot.look()], 'nothing before it is known whom it is for').toEqual([[], []])
  tell(snapshot({ ...secret, version: 2, edition: 2 }))
  expect([may.look(), mayNot.look()]).toEqual([[], []])

  may.readings.shift()?.resolve(reading({ ...secret, version: 2, edition: 2 }))
  mayNot.readings.shift()?.reject(pollError('POLL_NOT_FOUND'))
  await settled()
  expect(may.look()).toEqual(['poll'])
  expect(mayNot.look(), 'as if they had asked just now').toEqual(['POLL_NOT_FOUND'])
  expect(feed.watching('p')).toBe(1)

  tell(snapshot({ ...secret, version: 3, edition: 2 }))
  tell(snapshot({ ...secret, version: 4, edition: 2, state: 'closed' }))
  expect(may.look()).toEqual(['results', 'results'])
  expect([mayNot.look(), may.readings, mayNot.readings], 'nobody is asked about again').toEqual([[], [], []])
})

it('a paused socket misses nothing and is shown nothing of a poll that becomes private', async () => {
  const { may, mayNot, tell } = await createWatchers()
  for (const { polls } of [may, mayNot]) polls.pause()
  tell(snapshot({ ...secret, version: 1, edition: 2 }))
  for (const { polls } of [may, mayNot]) polls.resume()
  tell(snapshot({ ...secret, version: 2, edition: 2 }))
  expect([may.look(), mayNot.look()]).toEqual([[], []])
  may.readings.shift()?.resolve(reading({ ...secret, version: 2, edition: 2 }))
  mayNot.readings.shift()?.reject(pollError('POLL_NOT_FOUND'))
  await settled()
  expect([may.look(), mayNot.look()]).toEqual([['poll'], ['POLL_NOT_FOUND']])
  mayNot.polls.pause()
  mayNot.polls.resume()
  expect(mayNot.look()).toEqual([])
})

it('a vote acknowledged just then shows nothing before it is known whom the poll is for', async () => {
  const { connect, tell } = createSetup()
  const { polls, watch, look, readings } = connect()
  await watch(reading())
  tell(snapshot({ isPrivate: true, version: 1, edition: 2 }))
  polls.acknowledged('p', { epoch: 1, revision: 1, choices: [1] })
  expect(look()).toEqual(['poll'])
  readings.shift()?.resolve(reading({ isPrivate: true, version: 2, edition: 2 }, cast(1)))
  await settled()
  expect(look()).toEqual(['poll'])
  tell(snapshot({ isPrivate: true, version: 3, edition: 2 }))
  expect(look()).toEqual(['results'])
})

it('a poll that becomes private as it is read is not shown as it was before', async () => {
  const { connect, tell, feed } = createSetup()
  const first = connect()
  await first.watch(reading(open))
  const { polls, readings, look } = connect()
  const watching = polls.watch('p', asker)
  // Each reading is overtaken, the last one by an edit that makes it private.
  for (let edition = 2; edition <= 4; edition++) {
    tell(snapshot({ ...open, version: edition, edition, isPrivate: edition === 4 }))
    readings.shift()?.resolve(reading({ ...open, version: edition - 1, edition: edition - 1 }))
    await settled()
  }
  await watching
  expect(look(), 'to be asked for again').toEqual(['UNAVAILABLE'])
  expect(feed.watching('p')).toBe(1)
  tell(snapshot({ ...secret, version: 5, edition: 4 }))
  expect(look()).toEqual([])
})

it('a poll that is no longer private goes on for those who watch it', async () => {
  const { connect, tell } = createSetup()
  const { watch, look, readings } = connect()
  await watch(reading(secret))
  tell(snapshot({ ...open, version: 1, edition: 2 }))
  tell(snapshot({ ...secret, version: 2, edition: 3 }))
  tell(snapshot({ ...open, version: 3, edition: 4 }))
  expect(look()).toEqual(['poll', 'results', 'results', 'results'])
  expect(readings, 'it was for them, and is').toEqual([])
})

it('who reads first that it has become private is not asked about twice', async () => {
  const { may, mayNot } = await createWatchers()
  const again = may.polls.watch('p', asker)
  may.readings.shift()?.resolve(reading({ ...secret, version: 1, edition: 2 }))
  await again
  expect([may.look(), may.readings.length]).toEqual([['results', 'poll'], 0])
  expect([mayNot.look(), mayNot.readings.length], 'the other is').toEqual([[], 1])
})
