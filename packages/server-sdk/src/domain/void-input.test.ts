import { limits } from '@live-poll/client-sdk/protocol'
import { describe, expect, it } from 'vitest'
import { fitsFilter, readVoidInput } from './void-input.ts'

const key = (letter: string) => letter.repeat(22)
const issuesOf = (input: unknown) => {
  const result = readVoidInput(input)
  return result.ok ? [] : result.issues.map(({ path }) => path)
}

describe('readVoidInput', () => {
  it('reads each field, lists sorted and each item once, times as moments', () => {
    const filter = {
      ...{ voterKeys: [key('b'), key('a'), key('b')], choices: [3, 1, 3] },
      ...{ acceptedFrom: '2026-12-01T12:00:00+01:00', acceptedBefore: '2026-12-01T12:00:00.001Z' },
    }
    expect(readVoidInput({ filter, reason: ' One person,\n40 devices ', isDryRun: true })).toEqual({
      ok: true,
      value: {
        filter: {
          ...{ voterKeys: [key('a'), key('b')], choices: [1, 3] },
          acceptedFrom: new Date('2026-12-01T11:00:00Z'),
          acceptedBefore: new Date('2026-12-01T12:00:00.001Z'),
        },
        reason: 'One person, 40 devices',
        isDryRun: true,
      },
    })
  })

  it('takes out votes unless it is told to count only', () => {
    expect(readVoidInput({ filter: { choices: [1] }, reason: 'r' })).toMatchObject({ value: { isDryRun: false } })
  })

  it.each([
    ['nothing', undefined, ['']],
    ['no filter and no reason', {}, ['filter', 'reason']],
    ['a filter that is a list', { filter: [], reason: 'r' }, ['filter']],
    ['an empty filter', { filter: {}, reason: 'r' }, ['filter']],
    ['a filter that is misspelt', { filter: { voterKey: [key('a')] }, reason: 'r' }, ['filter.voterKey']],
    ['a field that is not known', { filter: { choices: [1] }, reason: 'r', dryRun: true }, ['dryRun']],
    ['no keys', { filter: { voterKeys: [] }, reason: 'r' }, ['filter.voterKeys']],
    ['a key that is none', { filter: { voterKeys: [key('a'), 'ada'] }, reason: 'r' }, ['filter.voterKeys']],
    ['keys that are a text', { filter: { voterKeys: key('a') }, reason: 'r' }, ['filter.voterKeys']],
    [
      'too many keys',
      { filter: { voterKeys: Array(limits.voidedKeys + 1).fill(key('a')) }, reason: 'r' },
      ['filter.voterKeys'],
    ],
    ['no choices', { filter: { choices: [] }, reason: 'r' }, ['filter.choices']],
    ['half a choice', { filter: { choices: [0.5] }, reason: 'r' }, ['filter.choices']],
    ['choices that are null', { filter: { choices: null }, reason: 'r' }, ['filter.choices']],
    [
      'a time without an offset',
      { filter: { acceptedFrom: '2026-12-01T12:00:00' }, reason: 'r' },
      ['filter.acceptedFrom'],
    ],
    ['a time that is null', { filter: { acceptedBefore: null }, reason: 'r' }, ['filter.acceptedBefore']],
    [
      'a time before the other',
      { filter: { acceptedFrom: '2026-12-01T12:00:00Z', acceptedBefore: '2026-12-01T12:00:00Z' }, reason: 'r' },
      ['filter.acceptedBefore'],
    ],
    ['an empty reason', { filter: { choices: [1] }, reason: ' ' }, ['reason']],
    ['a long reason', { filter: { choices: [1] }, reason: 'r'.repeat(limits.reasonLength + 1) }, ['reason']],
    ['a dry run that is a text', { filter: { choices: [1] }, reason: 'r', isDryRun: 'no' }, ['isDryRun']],
  ])('refuses %s', (_, input, paths) => {
    expect(issuesOf(input)).toEqual(paths)
  })
})

describe('fitsFilter', () => {
  const acceptedAt = new Date('2026-12-01T12:00:00Z')
  const ballot = { voterKey: 'a', choices: [1, 3], acceptedAt }
  const [before, after] = [new Date(acceptedAt.getTime() - 1), new Date(acceptedAt.getTime() + 1)]

  it.each([
    [{ voterKeys: ['b', 'a'] }, true],
    [{ voterKeys: ['b'] }, false],
    [{ choices: [2, 3] }, true],
    [{ choices: [2] }, false],
    [{ acceptedFrom: acceptedAt }, true],
    [{ acceptedFrom: after }, false],
    [{ acceptedBefore: after }, true],
    [{ acceptedBefore: acceptedAt }, false],
    [{ voterKeys: ['a'], choices: [1], acceptedFrom: before, acceptedBefore: after }, true],
    [{ voterKeys: ['b'], choices: [1], acceptedFrom: before, acceptedBefore: after }, false],
    [{ voterKeys: ['a'], choices: [2], acceptedFrom: before, acceptedBefore: after }, false],
    [{ voterKeys: ['a'], choices: [1], acceptedFrom: after }, false],
  ])('%o: %s', (filter, fits) => {
    expect(fitsFilter(filter, ballot)).toBe(fits)
  })
})
