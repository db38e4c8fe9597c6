import { describe, expect, it } from 'vitest'
import { connectDatabase, withoutPassword } from './open-database.ts'

describe('the database in the terminal', () => {
  it.each([
    ['postgres://ada:geheim@db.example:5433/polls', 'postgres://ada@db.example:5433/polls'],
    ['postgres:///polls?host=/run/postgresql&user=ada&password=geheim', 'postgres:///polls'],
    ['mysql://ada:ge%40heim@db.example/polls', 'mysql://ada@db.example/polls'],
    ['mariadb://db.example/polls#geheim', 'mariadb://db.example/polls'],
  ])('has no password: %s', (url, shown) => {
    expect(withoutPassword(url)).toBe(shown)
  })

  it.each(['', 'geheim', 'redis://:geheim@localhost'])('is refused without being told: %s', (url) => {
    const tell = () => connectDatabase(url)
    expect(tell).toThrow(/^LIVE_POLL_DATABASE must/)
    expect(tell).not.toThrow(/geheim/)
  })
})
