import type { Poll } from '@live-poll/client-sdk/protocol'
import { describe, expect, it } from 'vitest'
import { renderBars, renderLine } from './render-results.ts'

function poll(votes: readonly number[] | null, voters: number, labels = ['Soup', 'Salad']): Poll {
  return {
    question: 'Lunch?',
    choices: labels.map((label, index) => ({ id: index + 1, label })),
    state: 'open',
    results: votes && { votes, voters },
  } as Partial<Poll> as Poll
}

describe('bars', () => {
  it('are as long as their share of the voters', () => {
    expect(renderBars(poll([30, 10], 40), { columns: 16, rows: 24, isColoured: false })).toEqual([
      'Lunch?',
      'open, 40 voters',
      '',
      ' 75% ██████   30  Soup',
      ' 25% ██       10  Salad',
    ])
  })

  it('are empty before the first vote', () => {
    const lines = renderBars(poll([0, 0], 0))
    expect(lines[1]).toBe('open, 0 voters')
    expect(lines[3]).toMatch(/^ {2}0% {42}0 {2}Soup$/)
  })

  it('have colours only where they are wanted', () => {
    const look = { columns: 80, rows: 24 }
    expect(renderBars(poll([1, 0], 1), { ...look, isColoured: false }).join('')).not.toContain('\u001b')
    expect(renderBars(poll([1, 0], 1), { ...look, isColoured: true }).join('')).toContain('\u001b[36m')
  })

  it('leave out what has no room, and say how many', () => {
    const labels = Array.from({ length: 30 }, (_, index) => `Choice ${index + 1}`)
    const many = poll(Array(30).fill(0), 0, labels)
    const lines = renderBars(many, { columns: 80, rows: 10, isColoured: false })
    expect(lines).toHaveLength(10)
    expect(lines.at(-1)).toBe('and 24 more')
  })

  it('take no orders from a label', () => {
    expect(renderBars(poll([0], 0, ['A\u001b[2Jb\n'])).at(-1)).toMatch(/ A\[2Jb$/)
    expect(renderLine(poll([0], 0, ['A\u001b[2Jb\n']))).toBe('open, 0 voters: A[2Jb 0')
  })
})

describe('a line', () => {
  it('says how many voted for what', () => {
    expect(renderLine(poll([1, 0], 1))).toBe('open, 1 voter: Soup 1, Salad 0')
  })

  it('says nothing of results that are hidden', () => {
    expect(renderLine(poll(null, 0))).toBe('open')
  })
})
