import { PollError, type WatchedPoll } from '@live-poll/client-sdk/voter'
import { describe, expect, test } from 'vitest'
import { createFormats } from './formats.ts'
import { pollWith, resultsWith, watchedWith } from './poll.fixture.ts'
import { english } from './strings.ts'
import { type Draft, noteOf, resultsViewOf, statusOf, timerOf, untouched, viewOf } from './view.ts'

const formats = createFormats('en')
const touched: Draft = { ...untouched, chosen: new Set([2]) }
const vote = { voteId: 'v', choices: [1], revision: 1 }
const fixed = pollWith({ canChange: false })
const closed = pollWith({ state: 'closed' })

function view(rest: Partial<WatchedPoll> = {}, draft = untouched, isOffline = false) {
  const watched = watchedWith(rest)
  return viewOf(watched.poll ?? pollWith({}), watched, draft, { isOffline, hasPresence: false })
}

describe('the stage', () => {
  test.each([
    ['nothing cast', {}, untouched, 'ballot'],
    ['a vote in the box', { vote }, untouched, 'voted'],
    ['a vote taken back', { vote: { ...vote, choices: null } }, untouched, 'ballot'],
    ['a vote being changed', { vote }, touched, 'ballot'],
    ['a change on its way', { vote, pending: { choices: [2] } }, untouched, 'ballot'],
    ['a vote being taken back', { vote, pending: { choices: null } }, untouched, 'voted'],
    ['a vote that cannot be changed', { vote, poll: fixed }, touched, 'voted'],
    ['a poll that is closed', { vote, poll: closed }, touched, 'closed'],
    ['a poll to come', { poll: pollWith({ state: 'scheduled' }) }, untouched, 'scheduled'],
  ] as const)('%s', (_, watched, draft, stage) => {
    expect(view(watched, draft).stage).toBe(stage)
  })
})

describe('what is chosen', () => {
  test.each([
    ['the vote', { vote }, untouched, [1]],
    ['the ticks rather than the vote', { vote }, touched, [2]],
    ['the ballot on its way rather than the ticks', { pending: { choices: [1] } }, touched, [1]],
    ['the vote, once the poll is closed', { vote, poll: closed }, touched, [1]],
    ['the vote, while it is taken back', { vote, pending: { choices: null } }, untouched, [1]],
    ['the vote, where it cannot be changed', { vote, poll: fixed }, touched, [1]],
  ] as const)('%s', (_, watched, draft, chosen) => {
    expect([...view(watched, draft).chosen]).toEqual(chosen)
  })
})

describe('the words', () => {
  const opensAt = '2026-05-08T13:00:00.001Z'
  const scheduled = pollWith({ state: 'scheduled' })
  const hidden = (rules: Parameters<typeof pollWith>[0]) => ({ poll: pollWith(rules), results: null })

  test.each([
    ['Choose one', {}],
    [english.counted, { vote }],
    ['Final result', { poll: closed }],
    ['Closed', { poll: closed, results: null }],
    ['Not open yet', { poll: scheduled }],
    ['', { poll: pollWith({ state: 'scheduled', opensAt }) }],
  ])('status: %s', (words, watched) => {
    expect(statusOf(view(watched), english)).toBe(words)
  })

  test.each([
    [3_600_001, `Opens ${formats.time(opensAt)}`, `Open until ${formats.time(opensAt)}`],
    [3_600_000, 'Opens in 60:00', 'Closes in 60:00'],
    [124_001, 'Opens in 2:05', 'Closes in 2:05'],
    [1, 'Opens in 0:01', 'Closes in 0:01'],
    [0, 'Opening', 'Closing'],
    [-5000, 'Opening', 'Closing'],
  ])('time, %i ms before it: %s, %s', (left, opening, closing) => {
    const serverNow = () => Date.parse(opensAt) - left
    const toCome = view({
      serverNow,
      poll: pollWith({ state: 'scheduled', opensAt, closesAt: '2030-01-01T00:00:00Z' }),
    })
    expect(timerOf(toCome, english, formats)).toBe(opening)
    expect(
      timerOf(
        view({ serverNow, poll: pollWith({ opensAt: '2020-01-01T00:00:00Z', closesAt: opensAt }) }),
        english,
        formats,
      ),
    ).toBe(closing)
  })

  test('time: none where nothing is due, nor after the close', () => {
    for (const poll of [pollWith({}), scheduled, pollWith({ state: 'closed', closesAt: opensAt })]) {
      expect(timerOf(view({ poll }), english, formats)).toBe('')
    }
  })

  const refused = (code: 'UNAUTHENTICATED' | 'VOTE_REFUSED'): Draft => ({
    ...touched,
    refusal: new PollError(code, {}, 'Members only.'),
  })

  test.each([
    ['', {}, untouched],
    ['Choose one', {}, { ...untouched, wasTried: true }],
    ['', {}, { ...touched, wasTried: true }],
    ['Choose one', {}, { ...untouched, chosen: new Set([1, 2]) }],
    ['Members only.', {}, refused('VOTE_REFUSED')],
    ['Sign in to vote.', {}, refused('UNAUTHENTICATED')],
    [english.edited, {}, { ...untouched, chosen: new Set([1, 2]), notice: 'edited' }],
    [english.reset, {}, { ...untouched, notice: 'reset' }],
    [english.retracted, {}, { ...untouched, notice: 'retracted' }],
    ['', { poll: closed }, { ...untouched, notice: 'retracted' }],
    [english.thanks, { poll: closed, vote }, untouched],
    ['', { poll: closed, vote: { ...vote, choices: null } }, untouched],
  ] as const)('note: %s', (words, watched, draft) => {
    expect(noteOf(view(watched, draft), english, formats)).toBe(words)
  })

  test.each([
    ['', { vote, results: null }],
    [english.hiddenUntilVote, hidden({ showResults: 'after-vote' })],
    ['', { ...hidden({ showResults: 'after-vote' }), vote }],
    [english.hiddenUntilClose, hidden({ showResults: 'after-close' })],
    [english.hiddenUntilClose, { ...hidden({ showResults: 'after-close' }), vote }],
    [english.hidden, hidden({ showResults: 'organizers', minVoters: 20 })],
    [english.hidden, { ...hidden({ showResults: 'organizers', state: 'closed' }), vote }],
    ['Results appear from 1,000 votes on', hidden({ minVoters: 1000 })],
    ['Results appear from 20 votes on', { ...hidden({ showResults: 'after-vote', minVoters: 20 }), vote }],
    [english.tooFew, hidden({ showResults: 'after-close', minVoters: 20, state: 'closed' })],
  ] as const)('hidden results: %s', (words, watched) => {
    expect(noteOf(view(watched), english, formats)).toBe(words)
  })

  test('offline, whether a vote is waiting', () => {
    expect(noteOf(view({}, untouched, true), english, formats)).toBe(english.offline)
    expect(noteOf(view({ pending: { choices: [1] } }, untouched, true), english, formats)).toBe(english.waiting)
    const takenBack = { vote, pending: { choices: null } }
    expect(noteOf(view(takenBack, untouched, true), english, formats)).toBe(english.offline)
  })

  test('results that are hidden have no figures; others as many as choices', () => {
    expect(view({ results: null })).toMatchObject({ figures: null, voters: null })
    expect(view({ results: resultsWith([1, 2], 3) })).toMatchObject({
      figures: [{ votes: 1 }, { votes: 2 }],
      voters: 3,
    })
  })
})

describe('results alone', () => {
  const results = (rest: Partial<WatchedPoll>, hasPresence = false) => {
    const watched = watchedWith(rest)
    return resultsViewOf(watched.poll ?? pollWith({}), watched, { isOffline: false, hasPresence })
  }

  test.each([
    ['The poll is open', pollWith({})],
    ['Not open yet', pollWith({ state: 'scheduled' })],
    ['Final result', closed],
  ])('%s', (words, poll) => {
    expect(statusOf(results({ poll, vote }), english)).toBe(words)
  })

  test('have no ballot and no vote, whatever was cast', () => {
    expect(results({ vote, pending: { choices: [2] } })).toMatchObject({ stage: 'results', chosen: new Set() })
  })

  test('say how many watch where that is asked for and known', () => {
    expect(results({ watching: 12 }, true).watching).toBe(12)
    expect(results({ watching: 12 }).watching).toBeNull()
    expect(results({ watching: null }, true).watching).toBeNull()
  })
})
