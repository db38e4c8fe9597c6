import { describe, expect, it } from 'vitest'
import { connectDatabase, nameDatabase } from './connect-database.ts'

describe('the name of a database, for a terminal', () => {
  it.each([
    ['postgres://ada:geheim@db.example:5433/polls', 'postgres://ada@db.example:5433/polls'],
    ['postgres:///polls?host=/run/postgresql&user=ada&password=geheim', 'postgres:///polls'],
    ['mysql://ada:ge%40heim@db.example/polls', 'mysql://ada@db.example/polls'],
    ['mariadb://db.example/polls#geheim', 'mariadb://db.example/polls'],
  ])('has no password: %s', (url, name) => {
    expect(nameDatabase(url)).toBe(name)
  })

  it.each(['geheim', 'postgres://geheim:80x'])('is none for %s, which is not told', (url) => {
    expect(() => nameDatabase(url)).toThrow(/^LIVE_POLL_DATABASE must be a URL/)
    expect(() => nameDatabase(url)).not.toThrow(/geheim/)
  })
})

it('takes a schema with Postgres only', () => {
  expect(connectDatabase('postgres://localhost/polls', { schema: 'polls' }).name).toBe('postgres')
  expect(() => connectDatabase('mysql://localhost/polls', { schema: 'polls' })).toThrow('--schema is for Postgres')
})
