import { describe, expect, it } from 'vitest'
import { readArguments } from './read-arguments.ts'

describe('arguments', () => {
  it('have defaults', () => {
    expect(readArguments([])).toEqual({ inFlight: 1000 })
  })

  it('are read', () => {
    const line =
      '--server http://localhost:3000/live-poll --key lpa_k --ballots /tmp/b.csv.gz --limit 500 --in-flight 9'
    expect(readArguments(line.split(' '))).toEqual({
      server: { url: 'http://localhost:3000/live-poll', key: 'lpa_k' },
      ballots: '/tmp/b.csv.gz',
      limit: 500,
      inFlight: 9,
    })
  })

  it('name a database', () => {
    const url = 'postgres://me@localhost/polls'
    expect(readArguments(['--database', url])).toEqual({ database: url, inFlight: 1000 })
  })

  it.each([
    '--database polls',
    '--database mysql://localhost/polls --server http://localhost:3000/live-poll --key lpa_k',
    '--server http://localhost:3000',
    '--key lpa_k',
    '--server localhost --key lpa_k',
    '--limit 0',
    '--limit many',
    '--in-flight -1',
    '--fast',
    'now',
  ])('refuse %s', (line) => {
    expect(() => readArguments(line.split(' '))).toThrow()
  })
})
