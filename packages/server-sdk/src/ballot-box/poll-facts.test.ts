import { expect, it } from 'vitest'
import type { PollRecord } from '../domain/poll.ts'
import { deriveKeys } from '../identity/keys.ts'
import { createPollFactsCache } from './poll-facts.ts'

const keys = deriveKeys('a secret of at least 32 bytes, for tests')

/** A store that counts its readings, and answers what the test says. */
function createSetup() {
  const readings: string[] = []
  const answer: { plan: number; missing: boolean; failing: boolean } = { plan: 1, missing: false, failing: false }
  const facts = createPollFactsCache(
    {
      async read(pollId) {
        readings.push(pollId)
        if (answer.failing) throw new Error('down')
        if (answer.missing) return undefined
        return { facts: { id: pollId, plan: answer.plan, salt: 'c2FsdA' } } as PollRecord
      },
    },
    keys,
  )
  return { facts, readings, answer }
}

it('reads a poll once, however many ask at once', async () => {
  const { facts, readings } = createSetup()
  const polls = await Promise.all(Array.from({ length: 100 }, () => facts.get('p')))
  expect(readings).toEqual(['p'])
  expect(polls[99]).toMatchObject({ rules: { id: 'p', plan: 1 } })
  expect(polls[0]?.voterKeys).toEqual(keys.voterKeys('c2FsdA'))
})

it('reads again what it was told to forget', async () => {
  const { facts, answer } = createSetup()
  await facts.get('p')
  answer.plan = 2
  expect((await facts.get('p'))?.rules.plan).toBe(1)
  facts.drop('p')
  expect((await facts.get('p'))?.rules.plan).toBe(2)
})

it('remembers neither a poll that is missing nor a reading that failed', async () => {
  const { facts, answer } = createSetup()
  answer.missing = true
  expect(await facts.get('p')).toBeUndefined()
  answer.failing = true
  await expect(facts.get('p')).rejects.toThrow('down')
  answer.failing = answer.missing = false
  expect(await facts.get('p')).toBeDefined()
})

it('keeps a reading that began after it was told to forget', async () => {
  const { facts, answer, readings } = createSetup()
  answer.missing = true
  const early = facts.get('p')
  facts.drop('p')
  answer.missing = false
  const late = facts.get('p')
  await early
  expect(await late).toBeDefined()
  await facts.get('p')
  expect(readings).toEqual(['p', 'p'])
})

it('forgets the poll that was loaded first when it holds too many', async () => {
  const { facts, readings } = createSetup()
  for (let poll = 0; poll <= 10_000; poll++) await facts.get(`p${poll}`)
  readings.length = 0
  await facts.get('p1')
  await facts.get('p0')
  expect(readings).toEqual(['p0'])
})

it('forgets a stale poll once, however many find it stale', async () => {
  const { facts, readings } = createSetup()
  const stale = await facts.get('p')
  for (let vote = 0; vote < 100; vote++) {
    facts.drop('p', stale)
    void facts.get('p')
  }
  const newer = await facts.get('p')
  facts.drop('p', stale)
  expect(await facts.get('p')).toBe(newer)
  expect(readings).toEqual(['p', 'p'])
})
