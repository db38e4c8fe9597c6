import { describe, expect, test } from 'vitest'
import { english } from './english.ts'

describe('the English words', () => {
  test.each([
    [1, 1, 3, 'Choose one'],
    [2, 2, 3, 'Choose 2'],
    [1, 2, 3, 'Choose up to 2'],
    [2, 3, 4, 'Choose 2 to 3'],
    [1, 3, 3, 'Choose at least 1'],
    [2, 9, 3, 'Choose at least 2'],
  ])('a ballot of %i to %i out of %i', (min, max, choices, rule) => {
    expect(english.rule(min, max, choices)).toBe(rule)
  })

  test('count', () => {
    expect([0, 1, 2].map((voters) => english.turnout(voters, `${voters}`))).toEqual([
      'No votes yet',
      '1 voter',
      '2 voters',
    ])
    expect([0, 1, 2].map((votes) => english.votes(votes, `${votes}`))).toEqual(['0 votes', '1 vote', '2 votes'])
  })
})
