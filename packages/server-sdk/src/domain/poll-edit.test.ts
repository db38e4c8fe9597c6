import { limits } from '@live-poll/client-sdk/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readPollEdit } from './poll-edit.ts'

function editOf(input: unknown) {
  const result = readPollEdit(input)
  if (!result.ok) throw new Error(JSON.stringify(result.issues))
  return Object.fromEntries(Object.entries(result.edit).filter(([, value]) => value !== undefined))
}

function pathsOf(input: unknown) {
  const result = readPollEdit(input)
  return result.ok ? [] : result.issues.map((issue) => issue.path)
}

describe('readPollEdit', () => {
  it('reads everything that can be said', () => {
    const edit = {
      question: ' Lunch? ',
      choices: [{ id: 2, label: ' Salad ' }, 'Pie', { label: 'Soup' }],
      ballot: { max: 2 },
      showResults: 'after-close',
      minVoters: 5,
      canChange: false,
      voters: 'account',
      needsCaptcha: true,
      isPrivate: true,
      opensAt: '2026-12-01T12:00:00+01:00',
      closesAt: null,
      boxes: 4,
    }
    expect(editOf(edit)).toEqual({
      question: 'Lunch?',
      choices: [
        { id: 2, label: 'Salad' },
        { id: undefined, label: 'Pie' },
        { id: undefined, label: 'Soup' },
      ],
      ballot: { kind: 'choose', min: 1, max: 2 },
      showResults: 'after-close',
      minVoters: 5,
      canChange: false,
      voters: ['account'],
      needsCaptcha: true,
      isPrivate: true,
      opensAt: new Date('2026-12-01T11:00:00Z'),
      closesAt: null,
      boxes: 4,
    })
  })

  it.each([
    ['nothing', {}, {}],
    ['what is undefined', { question: undefined, choices: undefined, boxes: undefined }, {}],
    ['a number of voters no more waited for', { minVoters: null }, { minVoters: null }],
    ['a ballot of as many as a poll may have', { ballot: { max: limits.maxChoices } }, { ballot: { max: 200 } }],
    ['times that are long over: the poll says what they mean', { opensAt: '1970-01-01T00:00Z' }, {}],
  ])('takes %s', (_, input, edit) => {
    expect(editOf(input)).toMatchObject(edit)
    expect(Object.keys(editOf(input)).sort()).toEqual(
      Object.entries(input)
        .flatMap(([field, value]) => (value === undefined ? [] : [field]))
        .sort(),
    )
  })

  it.each<[string, unknown, readonly string[]]>([
    ['no object', null, ['']],
    ['an array', [], ['']],
    ['a field that is misspelt', { labels: ['Soup', 'Salad'] }, ['labels']],
    ['a field that is not for organizers to set', { state: 'closed', epoch: 2 }, ['state', 'epoch']],
    ['a question that is null', { question: null }, ['question']],
    ['an empty question', { question: ' ' }, ['question']],
    ['one choice', { choices: [{ id: 1, label: 'Soup' }] }, ['choices']],
    ['too many choices', { choices: Array.from({ length: 201 }, (_, index) => `Choice ${index}`) }, ['choices']],
    [
      'an id twice',
      {
        choices: [
          { id: 1, label: 'Soup' },
          { id: 1, label: 'Salad' },
        ],
      },
      ['choices.1.id'],
    ],
    ['an id that is a text', { choices: [{ id: '1', label: 'Soup' }, 'Salad'] }, ['choices.0.id']],
    ['an id of 0', { choices: ['Salad', { id: 0, label: 'Soup' }] }, ['choices.1.id']],
    ['an id that is null', { choices: ['Salad', { id: null, label: 'Soup' }] }, ['choices.1.id']],
    ['an id without a label', { choices: ['Salad', { id: 1 }] }, ['choices.1']],
    [
      'a field of a choice that is not known',
      { choices: ['Salad', { label: 'Pie', colour: 'red' }] },
      ['choices.1.colour'],
    ],
    ['labels that look the same', { choices: [{ id: 1, label: 'Café' }, 'CAFE\u0301'] }, ['choices.1']],
    ['a ballot beyond what a poll may have', { ballot: { max: 201 } }, ['ballot.max']],
    ['a way to show results that there is not', { showResults: 'never' }, ['showResults']],
    ['no voters to wait for', { minVoters: 0 }, ['minVoters']],
    ['canChange as null', { canChange: null }, ['canChange']],
    ['voters as null', { voters: null }, ['voters']],
    ['no voters', { voters: [] }, ['voters']],
    ['a captcha as a text', { needsCaptcha: 'yes', isPrivate: 1 }, ['needsCaptcha', 'isPrivate']],
    ['a time as a number', { opensAt: 1_700_000_000_000, closesAt: 'tomorrow' }, ['opensAt', 'closesAt']],
    ['boxes as a text', { boxes: '4' }, ['boxes']],
  ])('refuses %s, and says where', (_, input, paths) => {
    expect(pathsOf(input)).toEqual(paths)
  })

  it('never throws', () => {
    const keys = fc.constantFrom('question', 'choices', 'ballot', 'opensAt', 'boxes', '__proto__')
    fc.assert(
      fc.property(fc.oneof(fc.dictionary(keys, fc.jsonValue()), fc.jsonValue()), (value) => {
        const result = readPollEdit(value)
        if (!result.ok) expect(result.issues).not.toHaveLength(0)
      }),
    )
  })
})
