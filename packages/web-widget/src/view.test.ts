import { PollError, type WatchedPoll } from '@live-poll/client-sdk'
import { describe, expect, test } from 'vitest'
import { createFormats } from './formats.ts'
import { pollWith, resultsWith, watchedWith } from './poll.fixture.ts'
import { english } from './strings.ts'
import { type Draft, noteOf, statusOf, viewOf } from './view.ts'

const formats = createFormats('en')
const untouched: Draft = { chosen: null, wasTried: false, refusal: null }
const touched: Draft = { ...untouched, chosen: new Set([2]) }
const vote = { voteId: 'v', choices: [1], revision: 1 }
const fixed = pollWith({ canChange: false })
const closed = pollWith({ state: 'closed' })

function view(rest: Partial<WatchedPoll> = {}, draft = untouched, isOffline = false) {
  const watched = watchedWith(rest)
  return viewOf(watched.poll ?? pollWith({}), watched, draft, isOffline)
}

describe('the stage', () => {
  test.each([
    ['nothing cast', {}, untouched, 'ballot'],
    ['a vote in the box', { vote }, untouched, 'voted'],
    ['a vote taken back', { vote: { ...vote, choices: null } }, untouched, 'ballot'],
    ['a vote being changed', { vote }, touched, 'ballot'],
    ['a change on its way', { vote, pending: { choices: [2] } }, untouched, 'ballot'],
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
    ['the vote, where it cannot be changed', { vote, poll: fixed }, touched, [1]],
  ] as const)('%s', (_, watched, draft, chosen) => {
    expect([...view(watched, draft).chosen]).toEqual(chosen)
  })
})

describe('the words', () => {
  const opensAt = '2026-05-08T12:00:00.000Z'

  test.each([
    ['Choose one', {}],
    ['Your vote is counted', { vote }],
    ['Final result', { poll: closed }],
    ['Closed', { poll: closed, results: null }],
    ['Not open yet', { poll: pollWith({ state: 'scheduled' }) }],
    [`Opens ${formats.time(opensAt)}`, { poll: pollWith({ state: 'scheduled', opensAt }) }],
  ])('status: %s', (words, watched) => {
    expect(statusOf(view(watched), english, formats)).toBe(words)
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
    [`Open until ${formats.time(opensAt)}`, { poll: pollWith({ closesAt: opensAt }) }, untouched],
    ['', { vote, results: null }, untouched],
    [
      'Results appear when the poll closes',
      { vote, poll: pollWith({ showResults: 'after-close' }), results: null },
      untouched,
    ],
    ['Results are not public', { poll: pollWith({ showResults: 'organizers' }), results: null }, untouched],
  ])('note: %s', (words, watched, draft) => {
    expect(noteOf(view(watched, draft), english, formats)).toBe(words)
  })

  test('offline, whether a vote is waiting', () => {
    expect(noteOf(view({}, untouched, true), english, formats)).toBe(english.offline)
    expect(noteOf(view({ pending: { choices: [1] } }, untouched, true), english, formats)).toBe(english.waiting)
  })

  test('results that are hidden have no figures; others as many as choices', () => {
    expect(view({ results: null })).toMatchObject({ figures: null, voters: null })
    expect(view({ results: resultsWith([1, 2], 3) })).toMatchObject({
      figures: [{ votes: 1 }, { votes: 2 }],
      voters: 3,
    })
  })
})
