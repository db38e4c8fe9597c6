import { describe, expect, test } from 'vitest'
import { english } from './english.ts'
import { createFormats } from './formats.ts'
import { pollWith, resultsWith } from './poll.fixture.ts'
import { besideTurnout, hiddenBecause, type Remarkable, timerOf } from './remarks.ts'

const formats = createFormats('en')
const about = (some: Partial<Remarkable>): Remarkable => ({
  ...{ poll: pollWith({}), vote: null, left: null, watching: null },
  ...some,
})

describe('the time', () => {
  const opensAt = '2026-05-08T13:00:00.001Z'
  const scheduled = pollWith({ state: 'scheduled', opensAt, closesAt: '2030-01-01T00:00:00Z' })
  const open = pollWith({ opensAt: '2020-01-01T00:00:00Z', closesAt: opensAt })
  const timer = (poll: typeof open, left: number | null) => timerOf(about({ poll, left }), english, formats)

  test.each([
    [3_600_000, 'Opens in 60:00', 'Closes in 60:00'],
    [124_001, 'Opens in 2:05', 'Closes in 2:05'],
    [1, 'Opens in 0:01', 'Closes in 0:01'],
    [0, 'Opening', 'Closing'],
    [-5000, 'Opening', 'Closing'],
  ])('%i ms before it: %s, %s', (left, opening, closing) => {
    expect(timer(scheduled, left)).toBe(opening)
    expect(timer(open, left)).toBe(closing)
  })

  test('is written with its date before the last hour, in the language of the page', () => {
    expect(timer(scheduled, 3_600_001)).toMatch(/^Opens \u2068May \d, 2026, \d+:00\s[AP]M\u2069$/)
    expect(timer(open, 3_600_001)).toMatch(/^Open until \u2068May \d, 2026, \d+:00\s[AP]M\u2069$/)
    const german = timerOf(about({ poll: open, left: 3_600_001 }), english, createFormats('de'))
    expect(german).toMatch(/^Open until \u20680\d\.05\.2026, \d\d:00\u2069$/)
  })

  test('is none where nothing is due', () => {
    expect(timer(open, null)).toBe('')
  })
})

describe('hidden results', () => {
  const vote = { voteId: 'v', choices: [1], revision: 1 }

  test.each([
    ['', {}, vote],
    [english.hiddenUntilVote, { showResults: 'after-vote' }, null],
    [english.hiddenUntilVote, { showResults: 'after-vote' }, { ...vote, choices: null }],
    ['', { showResults: 'after-vote' }, vote],
    [english.hiddenUntilClose, { showResults: 'after-close' }, null],
    [english.hiddenUntilClose, { showResults: 'after-close' }, vote],
    [english.hidden, { showResults: 'organizers', minVoters: 20 }, null],
    [english.hidden, { showResults: 'organizers', state: 'closed' }, vote],
    ['Results appear from 1,000 votes on', { minVoters: 1000 }, null],
    ['Results appear from 20 votes on', { showResults: 'after-vote', minVoters: 20 }, vote],
    [english.tooFew, { showResults: 'after-close', minVoters: 20, state: 'closed' }, null],
  ] as const)('%s', (words, rules, cast) => {
    expect(hiddenBecause(about({ poll: pollWith(rules), vote: cast }), english, formats)).toBe(words)
  })
})

test('beside the turnout stands how many votes are voided, then how many watch, each where there are any', () => {
  const results = { ...resultsWith([1, 0], 1), voided: 1200 }
  const beside = (some: Partial<Remarkable>) => besideTurnout(about(some), english, formats)
  expect(beside({ poll: pollWith({ results }), watching: 3 })).toEqual([
    ['voided', '1,200 voided'],
    ['watching', '3 watching'],
  ])
  expect(beside({ watching: 3 })).toEqual([['watching', '3 watching']])
  expect(beside({ poll: pollWith({ results }) })).toEqual([['voided', '1,200 voided']])
  expect(beside({})).toEqual([])
})
