import { PollError, type WatchedPoll } from '@live-poll/client-sdk/voter'
import { describe, expect, test } from 'vitest'
import { english } from './english.ts'
import { createFormats } from './formats.ts'
import { pollWith, resultsWith, watchedWith } from './poll.fixture.ts'
import * as remarks from './remarks.ts'
import { commonWords, type LivePollStrings } from './strings.ts'
import { type Draft, isRemarkable, noteOf, resultsViewOf, statusOf, untouched, viewOf } from './view.ts'

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

describe('the time left', () => {
  const opensAt = '2026-05-08T12:00:10.000Z'
  const closesAt = '2026-05-08T12:00:30.000Z'
  const serverNow = () => Date.parse('2026-05-08T12:00:00.000Z')

  test.each([
    ['scheduled', 10_000],
    ['open', 30_000],
    ['closed', null],
  ] as const)('of a poll that is %s: %i ms, by the server’s clock', (state, left) => {
    expect(view({ serverNow, poll: pollWith({ state, opensAt, closesAt }) }).left).toBe(left)
  })

  test('of a poll without times: none', () => {
    expect(view({ serverNow, poll: pollWith({ state: 'scheduled' }) }).left).toBeNull()
    expect(view({ serverNow }).left).toBeNull()
  })
})

describe('the words', () => {
  const opensAt = '2026-05-08T13:00:00.001Z'
  const scheduled = pollWith({ state: 'scheduled' })

  test.each([
    ['Choose one', {}],
    [english.counted, { vote }],
    ['Final result', { poll: closed }],
    ['Closed', { poll: closed, results: null }],
    ['Not open yet', { poll: scheduled }],
    ['', { poll: pollWith({ state: 'scheduled', opensAt }) }],
  ])('status: %s', (words, watched) => {
    expect(statusOf(view(watched), english, remarks)).toBe(words)
  })

  test('status: nothing while the time may come, but a word where it cannot', () => {
    const toCome = view({ poll: pollWith({ state: 'scheduled', opensAt }) })
    expect(statusOf(toCome, english, undefined)).toBe('')
    expect(statusOf(toCome, english, null)).toBe('Not open yet')
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
    expect(noteOf(view(watched, draft), english, formats, remarks)).toBe(words)
  })

  test('note: why results are hidden, once the remarks have come; figures need no reason', () => {
    const organizers = pollWith({ showResults: 'organizers' })
    expect(noteOf(view({ poll: organizers, results: null }), english, formats, remarks)).toBe(english.hidden)
    expect(noteOf(view({ poll: organizers }), english, formats, remarks)).toBe('')
    for (const none of [undefined, null]) {
      expect(noteOf(view({ poll: organizers, results: null }), english, formats, none)).toBe('')
    }
  })

  test('offline, whether a vote is waiting', () => {
    expect(noteOf(view({}, untouched, true), english, formats, remarks)).toBe(english.offline)
    expect(noteOf(view({ pending: { choices: [1] } }, untouched, true), english, formats, remarks)).toBe(
      english.waiting,
    )
    const takenBack = { vote, pending: { choices: null } }
    expect(noteOf(view(takenBack, untouched, true), english, formats, remarks)).toBe(english.offline)
  })

  test('results that are hidden have no figures; others as many as choices', () => {
    expect(view({ results: null })).toMatchObject({ figures: null, voters: null })
    expect(view({ results: resultsWith([1, 2], 3) })).toMatchObject({
      figures: [{ votes: 1 }, { votes: 2 }],
      voters: 3,
    })
  })
})

describe('remarks', () => {
  const closesAt = '2026-05-08T13:00:00.000Z'
  const words = commonWords as LivePollStrings

  test.each([
    [false, {}, untouched],
    [false, { vote }, touched],
    [false, { poll: closed, vote }, untouched],
    [false, { poll: pollWith({ state: 'closed', closesAt }) }, untouched],
    [false, { poll: pollWith({ state: 'scheduled' }) }, untouched],
    [true, {}, { ...untouched, notice: 'retracted' }],
    [true, { poll: pollWith({ results: { ...resultsWith([1, 0], 1), voided: 2 } }) }, untouched],
    [true, {}, { ...untouched, notice: 'edited' }],
    [true, {}, { ...untouched, notice: 'reset' }],
    [true, { poll: pollWith({ closesAt }) }, untouched],
    [true, { poll: pollWith({ state: 'scheduled', opensAt: closesAt }) }, untouched],
    [true, { results: null }, untouched],
    [true, { poll: closed, results: null }, untouched],
  ] as const)('are needed: %s', (isNeeded, watched, draft) => {
    expect(isRemarkable(view(watched, draft), words)).toBe(isNeeded)
  })

  test('are not needed for words that the page has given', () => {
    const given = { ...words, edited: 'Geändert' }
    expect(isRemarkable(view({}, { ...untouched, notice: 'edited' }), given)).toBe(false)
    expect(noteOf(view({}, { ...untouched, notice: 'edited' }), given, formats, undefined)).toBe('Geändert')
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
    expect(statusOf(results({ poll, vote }), english, remarks)).toBe(words)
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
