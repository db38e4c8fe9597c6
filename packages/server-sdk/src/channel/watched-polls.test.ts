import { pollError } from '@live-poll/client-sdk/protocol'
import { expect, it } from 'vitest'
import { asker, cast, createSetup, type Facts, reading, snapshot } from './watched-polls.fixture.ts'

const settled = () => new Promise(setImmediate)

it('a watch that fails leaves another of the same poll as it is, answered or not', async () => {
  const { connect, tell } = createSetup()
  for (const order of ['failing first', 'failing last']) {
    const { polls, readings, look } = connect()
    const watches = [polls.watch('p', asker), polls.watch('p', asker)]
    const [failing, good] = order === 'failing first' ? readings : [...readings].reverse()
    if (order === 'failing last') good?.resolve(reading({ showResults: 'always' }))
    failing?.reject(pollError('UNAVAILABLE'))
    if (order === 'failing first') good?.resolve(reading({ showResults: 'always' }))
    await Promise.all(watches)
    expect(look().sort(), order).toEqual(['UNAVAILABLE', 'poll'])
    tell(snapshot({ version: order === 'failing first' ? 1 : 2, showResults: 'always' }))
    expect(look(), order).toEqual(['results'])
  }
})

it('a watch that fails alone is none', async () => {
  const { connect, feed } = createSetup()
  const { polls, readings, look } = connect()
  const watching = polls.watch('p', asker)
  expect(feed.watching('p')).toBe(1)
  readings[0]?.reject(pollError('POLL_NOT_FOUND'))
  await watching
  expect(look()).toEqual(['POLL_NOT_FOUND'])
  expect(feed.watching('p')).toBe(0)
})

it('a poll deleted as it is being read is answered by an error alone', async () => {
  const { connect, tell, feed } = createSetup()
  const { polls, readings, look } = connect()
  const watching = polls.watch('p', asker)
  tell({ kind: 'deleted', pollId: 'p' })
  readings[0]?.resolve(reading())
  await watching
  expect(look()).toEqual(['POLL_NOT_FOUND'])
  expect(feed.watching('p')).toBe(0)
})

it('an answer is not older than what was published as it was read', async () => {
  const { connect, tell } = createSetup()
  const first = connect()
  await first.watch(reading({ showResults: 'always' }))
  const { polls, readings, sent } = connect()
  const watching = polls.watch('p', asker)
  tell(snapshot({ version: 3, showResults: 'always' }))
  readings.shift()?.resolve(reading({ version: 2, showResults: 'always' }))
  await watching
  expect(sent).toMatchObject([{ type: 'poll', poll: { results: { version: 3 } } }])

  const again = polls.watch('p', asker)
  tell(snapshot({ version: 4, edition: 2, showResults: 'always' }))
  readings.shift()?.resolve(reading({ version: 3, showResults: 'always' }))
  await new Promise(setImmediate)
  readings.shift()?.resolve(reading({ version: 4, edition: 2, showResults: 'always' }))
  await again
  expect(sent.at(-1), 'another edition is read again').toMatchObject({ poll: { edition: 2, results: { version: 4 } } })
})

it('an answer that was overtaken each time it was read is followed by what overtook it', async () => {
  const { connect, tell } = createSetup()
  const first = connect()
  await first.watch(reading({ showResults: 'always' }))
  const { polls, readings, sent } = connect()
  const watching = polls.watch('p', asker)
  for (let edition = 1; edition <= 3; edition++) {
    tell(snapshot({ version: edition, edition: edition + 1, showResults: 'always' }))
    readings.shift()?.resolve(reading({ version: edition - 1, edition, showResults: 'always' }))
    await new Promise(setImmediate)
  }
  await watching
  expect(sent).toMatchObject([
    { type: 'poll', poll: { edition: 3 } },
    { type: 'results', edition: 4, version: 3 },
  ])
})

it('votes bring nothing to a hidden viewer, whatever was published before they came', async () => {
  const { connect, tell } = createSetup()
  const { watch, look } = connect()
  tell(snapshot({ version: 1 }))
  await watch(reading({ version: 2 }))
  for (let version = 1; version < 9; version++) tell(snapshot({ version }))
  expect(look()).toEqual(['poll'])
})

it('every change of who may see is told on the right topic, once', async () => {
  const { connect, tell } = createSetup()
  const hidden = connect()
  const voted = connect()
  await hidden.watch(reading())
  await voted.watch(reading({}, cast(1)))
  const looks = () => [hidden.look(), voted.look()]
  expect(looks()).toEqual([['poll'], ['poll']])
  const turns: [Facts, string[][]][] = [
    [{ version: 1 }, [[], ['results']]],
    [{ version: 2, edition: 2 }, [['state'], ['results']]],
    [{ version: 3, edition: 3, showResults: 'always' }, [['results'], ['results']]],
    [{ version: 4, edition: 4, showResults: 'after-close' }, [['state'], ['state']]],
    [{ version: 5, edition: 4, showResults: 'after-close' }, [[], []]],
    [{ version: 6, edition: 5, isRevealed: false }, [['state'], ['state']]],
    [{ version: 7, edition: 5, showResults: 'after-close', isRevealed: true }, [[], []]],
    [{ version: 8, edition: 5, state: 'closed' }, [['results'], ['results']]],
    [{ version: 8, edition: 5, state: 'closed' }, [[], []]],
    [{ version: 9, edition: 5, epoch: 2 }, [['state'], ['state']]],
    [{ version: 8, edition: 5, state: 'closed' }, [[], []]],
  ]
  for (const [facts, expected] of turns) {
    tell(snapshot(facts))
    expect(looks(), JSON.stringify(facts)).toEqual(expected)
  }
})

it('enough voters tell nothing to who still may not see, on a slow socket either', async () => {
  const { connect, tell } = createSetup()
  const hidden = connect()
  const voted = connect()
  const slow = connect()
  await hidden.watch(reading({ isRevealed: false }))
  await voted.watch(reading({ isRevealed: false }, cast(1)))
  await slow.watch(reading({ isRevealed: false }))
  slow.polls.pause()
  tell(snapshot({ version: 5, isRevealed: true }))
  slow.polls.resume()
  expect([hidden, voted, slow].map(({ look }) => look())).toEqual([['poll'], ['poll', 'results'], ['poll']])
})

it('what one watcher reads first, the others are told at once, and not again', async () => {
  const { connect, tell } = createSetup()
  const first = connect()
  await first.watch(reading({ showResults: 'after-close' }))
  const second = connect()
  await second.watch(reading({ version: 1, state: 'closed', showResults: 'after-close' }))
  expect(first.look()).toEqual(['poll', 'results'])
  expect(second.look()).toEqual(['poll'])
  tell(snapshot({ version: 1, state: 'closed', showResults: 'after-close' }))
  expect([...first.look(), ...second.look()]).toEqual([])
})

it('the own vote as acknowledged outlives an older one as read, and not a newer one', async () => {
  const { connect, feed } = createSetup()
  const { polls, readings, look } = connect()
  const watching = polls.watch('p', asker)
  polls.acknowledged('p', { epoch: 1, revision: 1, choices: [1] })
  readings.shift()?.resolve(reading())
  await watching
  expect(look(), 'read before it was committed').toEqual(['poll'])
  expect(feed.newest('p')).toBeDefined()
  polls.acknowledged('p', { epoch: 1, revision: 1, choices: [1] })
  expect(look(), 'seen already').toEqual([])
  const again = polls.watch('p', asker)
  readings.shift()?.resolve(reading({}, cast(2, null)))
  await again
  expect(look()).toEqual(['poll'])
  polls.acknowledged('p', { epoch: 1, revision: 1, choices: [1] })
  expect(look(), 'a late acknowledgement').toEqual([])
  polls.acknowledged('p', { epoch: 1, revision: 3, choices: [2] })
  expect(look()).toEqual(['results'])
})

it('a paused socket is owed a state only if one was missed, and results always', async () => {
  const { connect, tell } = createSetup()
  const hidden = connect()
  const voted = connect()
  await hidden.watch(reading())
  await voted.watch(reading({}, cast(1)))
  const all = [hidden, voted]
  const round = (news: Facts[]) => {
    for (const { polls } of all) polls.pause()
    for (const facts of news) tell(snapshot(facts))
    expect(all.map(({ look }) => look())).toEqual([[], []])
    for (const { polls } of all) polls.resume()
    return all.map(({ sent }) => sent.splice(0))
  }
  hidden.look()
  voted.look()
  expect(round([{ version: 1 }, { version: 2 }])).toMatchObject([[], [{ type: 'results', version: 2 }]])
  expect(
    round([
      { version: 3, edition: 2 },
      { version: 4, edition: 2 },
    ]),
  ).toMatchObject([[{ type: 'state', edition: 2 }], [{ type: 'results', version: 4 }]])
  expect(round([])).toMatchObject([[], [{ type: 'results', version: 4 }]])
  expect(round([{ version: 5, edition: 2, state: 'closed' }])).toMatchObject([
    [{ type: 'results', version: 5 }],
    [{ type: 'results', version: 5 }],
  ])
  tell(snapshot({ epoch: 2, version: 6, edition: 2 }))
  expect(
    all.map(({ look }) => look()),
    'and is on its topic again',
  ).toEqual([['state'], ['state']])
})

it('what is asked while the socket is paused is answered once it reads, question by question', async () => {
  const { connect, tell, feed } = createSetup()
  const { polls, readings, look } = connect()
  void polls.watch('p', asker)
  polls.pause()
  readings.shift()?.resolve(reading())
  void polls.watch('p', asker)
  await settled()
  polls.acknowledged('p', { epoch: 1, revision: 1, choices: [1] })
  tell(snapshot({ version: 1 }))
  expect([look(), readings.length, feed.watching('p')], 'nothing is even read').toEqual([[], 0, 1])

  polls.resume()
  expect(readings).toHaveLength(2)
  readings.shift()?.resolve(reading({ version: 1 }, cast(1)))
  await settled()
  expect(look()).toEqual(['poll'])
  polls.pause()
  readings.shift()?.resolve(reading({ version: 1 }, cast(1)))
  await settled()
  expect(look(), 'it has enough of it again').toEqual([])
  polls.resume()
  readings.shift()?.resolve(reading({ version: 1 }, cast(1)))
  await settled()
  expect(look()).toEqual(['results', 'poll'])
})

it('a question that waits for a slow socket goes with the connection', async () => {
  const { connect, feed } = createSetup()
  const { polls, readings, look } = connect()
  polls.pause()
  void polls.watch('p', asker)
  polls.leave()
  polls.resume()
  await settled()
  expect([readings.length, look(), feed.watching('p')]).toEqual([0, [], 0])
})

it('nothing is left of what was watched', async () => {
  const { connect, tell, feed } = createSetup()
  const gone = connect()
  const left = connect()
  await gone.watch(reading({ showResults: 'always' }))
  await left.watch(reading({ showResults: 'always' }))
  gone.polls.unwatch('p')
  gone.polls.unwatch('p')
  left.polls.leave()
  expect(feed.watching('p')).toBe(0)
  expect(feed.newest('p')).toBeUndefined()
  gone.look()
  tell(snapshot({ version: 1, showResults: 'always' }))
  expect(gone.look()).toEqual([])
})

it('more polls than one may watch are refused', async () => {
  const { connect } = createSetup()
  const { polls, look } = connect()
  void polls.watch('p', asker)
  void polls.watch('q', asker)
  await polls.watch('r', asker)
  expect(look()).toEqual(['INVALID'])
})
