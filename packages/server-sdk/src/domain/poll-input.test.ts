import { limits } from '@live-poll/client-sdk/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readPollInput } from './poll-input.ts'

const minimal = { question: 'Lunch?', choices: ['Soup', 'Salad'] }
const labels = (count: number) => Array.from({ length: count }, (_, index) => `Choice ${index}`)

function issuesOf(input: unknown) {
  const result = readPollInput(input)
  return result.ok ? [] : result.issues
}

const pathsOf = (input: unknown) => issuesOf(input).map((issue) => issue.path)

describe('readPollInput', () => {
  it('fills in what was left out', () => {
    expect(readPollInput(minimal)).toEqual({
      ok: true,
      poll: {
        question: 'Lunch?',
        choices: [{ label: 'Soup' }, { label: 'Salad' }],
        ballot: { kind: 'choose', min: 1, max: 1 },
        showResults: 'always',
        minVoters: null,
        canChange: true,
        voters: ['anyone'],
        needsCaptcha: false,
        isPrivate: false,
        opensAt: null,
        closesAt: null,
        boxes: 1,
      },
    })
  })

  it('reads everything that can be said', () => {
    const input = {
      question: '  Lunch,\r\n\ttoday?  ',
      choices: [{ label: 'Soup' }, 'Salad', { label: ' Pie ' }],
      ballot: { kind: 'choose', min: 1, max: 3 },
      showResults: 'after-vote',
      minVoters: 20,
      boxes: 4,
      canChange: false,
      voters: ['invitation', 'account'],
      needsCaptcha: true,
      isPrivate: true,
      opensAt: '2026-12-01T12:00:00+01:00',
      closesAt: '2026-12-01T12:00:00.5Z',
    }
    expect(readPollInput(input)).toEqual({
      ok: true,
      poll: {
        question: 'Lunch, today?',
        choices: [{ label: 'Soup' }, { label: 'Salad' }, { label: 'Pie' }],
        ballot: { kind: 'choose', min: 1, max: 3 },
        showResults: 'after-vote',
        minVoters: 20,
        boxes: 4,
        canChange: false,
        voters: ['account', 'invitation'],
        needsCaptcha: true,
        isPrivate: true,
        opensAt: new Date('2026-12-01T11:00:00Z'),
        closesAt: new Date('2026-12-01T12:00:00.500Z'),
      },
    })
  })

  it.each([
    ['a question as long as it may be', { question: 'q'.repeat(limits.questionLength) }],
    ['a label as long as it may be', { choices: ['l'.repeat(limits.labelLength), 'Salad'] }],
    ['as many choices as there may be', { choices: labels(limits.maxChoices) }],
    ['times that are null', { opensAt: null, closesAt: null }],
    ['a time without seconds', { closesAt: '2026-12-01T12:00Z' }],
    ['results shown always', { showResults: 'always' }],
    ['results shown after the close', { showResults: 'after-close' }],
    ['results shown to organizers', { showResults: 'organizers' }],
    ['no number of voters to wait for', { minVoters: null }],
    ['as many voters to wait for as there may be', { minVoters: limits.maxMinVoters }],
    ['as many boxes as there may be', { boxes: limits.maxBoxes }],
    ['every choice of a ballot', { ballot: { max: 2 } }],
    ['letters of every script, and emoji', { question: 'Quel déjeuner ? 昼食 🍲', choices: ['شوربة', '👩‍👩‍👧'] }],
    ['what would be markup', { question: '<b>&amp;</b>', choices: ['<script>', '"\''] }],
  ])('takes %s', (_, fields) => {
    expect(issuesOf({ ...minimal, ...fields })).toEqual([])
  })

  it.each<[unknown, readonly string[]]>([
    ['anyone', ['anyone']],
    [['anyone'], ['anyone']],
    ['account', ['account']],
    ['invitation', ['invitation']],
    [
      ['account', 'invitation'],
      ['account', 'invitation'],
    ],
    [
      ['invitation', 'account', 'invitation'],
      ['account', 'invitation'],
    ],
  ])('reads %j as voters in one order, each once: %j', (voters, read) => {
    expect(readPollInput({ ...minimal, voters })).toMatchObject({ poll: { voters: read } })
  })

  it.each<[string, unknown, string]>([
    ['nothing', undefined, ''],
    ['null', null, ''],
    ['an array', [minimal], ''],
    ['a text', 'Lunch?', ''],
  ])('refuses %s for a poll', (_, input, path) => {
    expect(pathsOf(input)).toEqual([path])
  })

  it.each<[string, object, string]>([
    ['no question', { question: undefined }, 'question'],
    ['a question that is a number', { question: 1 }, 'question'],
    ['an empty question', { question: ' \n ' }, 'question'],
    ['a question that is too long', { question: 'q'.repeat(limits.questionLength + 1) }, 'question'],
    ['a NUL', { question: 'Lunch\0?' }, 'question'],
    ['half a surrogate pair', { question: 'Lunch \ud83c' }, 'question'],
    ['no choices', { choices: undefined }, 'choices'],
    ['choices that are a text', { choices: 'Soup' }, 'choices'],
    ['one choice', { choices: ['Soup'] }, 'choices'],
    ['too many choices', { choices: labels(limits.maxChoices + 1) }, 'choices'],
    ['a choice that is null', { choices: ['Soup', null] }, 'choices.1'],
    ['a choice without a label', { choices: ['Soup', {}] }, 'choices.1'],
    ['a choice with an id', { choices: ['Soup', { label: 'Salad', id: 7 }] }, 'choices.1.id'],
    ['a label that is too long', { choices: ['Soup', 'l'.repeat(limits.labelLength + 1)] }, 'choices.1'],
    ['a choice twice', { choices: ['Soup', 'Salad', 'Soup'] }, 'choices.2'],
    ['a choice twice but for its case', { choices: ['Soup', 'SOUP'] }, 'choices.1'],
    ['a choice twice but for its Unicode form', { choices: ['Café', 'Cafe\u0301'] }, 'choices.1'],
    ['a choice twice but for its width', { choices: ['Soup', 'Ｓｏｕｐ'] }, 'choices.1'],
    ['a choice twice but for what is not drawn', { choices: ['Soup', 'So\u200bup'] }, 'choices.1'],
    ['a question that turns direction', { question: 'Lunch\u202e?' }, 'question'],
    ['a label that paints over its neighbours', { choices: ['Soup', `Sa${'\u0301'.repeat(50)}lad`] }, 'choices.1'],
    ['a ballot that is a text', { ballot: 'choose' }, 'ballot'],
    ['a ballot of another kind', { ballot: { kind: 'rank' } }, 'ballot.kind'],
    ['a ballot with a rule we do not know', { ballot: { weight: 2 } }, 'ballot.weight'],
    ['a minimum of 0', { ballot: { min: 0 } }, 'ballot.min'],
    ['a minimum of a half', { ballot: { min: 0.5 } }, 'ballot.min'],
    ['a minimum that is null', { ballot: { min: null } }, 'ballot.min'],
    ['a maximum beyond the choices', { ballot: { max: 3 } }, 'ballot.max'],
    ['a maximum below the minimum', { ballot: { min: 2, max: 1 } }, 'ballot.max'],
    ['a maximum that no number can be made of', { ballot: { max: { toString: 1 } } }, 'ballot.max'],
    ['a way to show results that there is not', { showResults: 'never' }, 'showResults'],
    ['results shown as null says', { showResults: null }, 'showResults'],
    ['no voters to wait for', { minVoters: 0 }, 'minVoters'],
    ['a voter and a half to wait for', { minVoters: 1.5 }, 'minVoters'],
    ['too many voters to wait for', { minVoters: limits.maxMinVoters + 1 }, 'minVoters'],
    ['no boxes', { boxes: 0 }, 'boxes'],
    ['boxes as null', { boxes: null }, 'boxes'],
    ['too many boxes', { boxes: limits.maxBoxes + 1 }, 'boxes'],
    ['canChange as a text', { canChange: 'true' }, 'canChange'],
    ['no voters at all', { voters: [] }, 'voters'],
    ['voters as null', { voters: null }, 'voters'],
    ['voters of a kind that there is not', { voters: 'everyone' }, 'voters'],
    ['a kind of voters that there is not among others', { voters: ['account', 'member'] }, 'voters'],
    ['anyone with an account', { voters: ['anyone', 'account'] }, 'voters'],
    ['voters as an object', { voters: { account: true } }, 'voters'],
    ['a captcha as a text', { needsCaptcha: 'true' }, 'needsCaptcha'],
    ['private as null', { isPrivate: null }, 'isPrivate'],
    ['a time as a number', { opensAt: 1_700_000_000_000 }, 'opensAt'],
    ['a time without an offset', { opensAt: '2026-12-01T12:00:00' }, 'opensAt'],
    ['a day that is not in the calendar', { closesAt: '2026-13-01T12:00:00Z' }, 'closesAt'],
    ['a February of 30 days', { closesAt: '2026-02-30T12:00:00Z' }, 'closesAt'],
    ['a time before 1970', { closesAt: '1969-12-31T23:59:59Z' }, 'closesAt'],
    ['a close before the opening', { opensAt: '2026-12-02T00:00Z', closesAt: '2026-12-01T00:00Z' }, 'closesAt'],
    ['a close at the opening', { opensAt: '2026-12-01T00:00Z', closesAt: '2026-12-01T00:00Z' }, 'closesAt'],
    ['a rule that is misspelt', { canchange: false }, 'canchange'],
    ['__proto__ as a field', JSON.parse('{"__proto__":{}}'), '__proto__'],
  ])('refuses %s, and says where', (_, fields, path) => {
    const input = JSON.parse(JSON.stringify(minimal))
    for (const [name, value] of Object.entries(fields)) {
      Object.defineProperty(input, name, { value, enumerable: true, configurable: true, writable: true })
    }
    expect(pathsOf(input)).toEqual([path])
  })

  it('says everything that is wrong at once', () => {
    expect(pathsOf({ choices: ['a', 'A'], ballot: { min: 3 }, canChange: 1, opensAt: '', extra: 1 })).toEqual([
      'extra',
      'question',
      'choices.1',
      'ballot.min',
      'canChange',
      'opensAt',
    ])
  })

  it('never throws, and what it takes it takes again', () => {
    const given = [...Object.values(minimal), ['account', 'invitation'], true]
    const field = fc.oneof(fc.jsonValue(), fc.constantFrom(...given))
    const fields = { question: field, choices: field, ballot: field, opensAt: field, voters: field, isPrivate: field }
    const input = fc.record(fields, { requiredKeys: [] })
    fc.assert(
      fc.property(fc.oneof(input, fc.jsonValue()), (value) => {
        const result = readPollInput(value)
        if (!result.ok) {
          expect(result.issues).not.toHaveLength(0)
          return
        }
        const { opensAt, closesAt, ...rest } = result.poll
        const again = { ...rest, opensAt: opensAt?.toISOString(), closesAt: closesAt?.toISOString() }
        expect(readPollInput(again)).toEqual(result)
      }),
    )
  })
})
