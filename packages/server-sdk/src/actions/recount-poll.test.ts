import { expect, it } from 'vitest'
import { createRecordingLogger } from '../../test/recording-logger.ts'
import type { PlainCounterName } from '../ports/metrics.ts'
import type { RecountOutcome } from '../ports/vote-records.ts'
import { createRecountPoll } from './recount-poll.ts'

function createSetup(outcome: RecountOutcome | undefined) {
  const counted: PlainCounterName[] = []
  const dirty: string[] = []
  const logger = createRecordingLogger()
  const recountPoll = createRecountPoll(
    { recount: async () => outcome },
    { markDirty: (pollId) => dirty.push(pollId) },
    { count: (name) => counted.push(name) },
    logger,
  )
  return { recountPoll, counted, dirty, logger }
}

it('counts a recount, and tells nobody of tallies that were right', async () => {
  const outcome = { ballots: 3, differences: [] }
  const { recountPoll, counted, dirty, logger } = createSetup(outcome)
  expect(await recountPoll('p')).toBe(outcome)
  expect(counted).toEqual(['live_poll_recounts_total'])
  expect([dirty, logger.warnings]).toEqual([[], []])
})

it('counts a repair once, however many tallies were wrong, and tells who watches and the log', async () => {
  const differences = [
    { bucket: '2', tallied: 17, counted: 18 },
    { bucket: 'voters', tallied: 20, counted: 21 },
  ]
  const { recountPoll, counted, dirty, logger } = createSetup({ ballots: 21, differences })
  await recountPoll('p')
  expect(counted).toEqual(['live_poll_recounts_total', 'live_poll_recounts_repaired_total'])
  expect(dirty).toEqual(['p'])
  expect(String(logger.warnings[0])).toContain('Choice 2: 17 tallied, 18 counted. Voters: 20 tallied, 21 counted.')
})

it('counts nothing of a poll that is not there', async () => {
  const { recountPoll, counted } = createSetup(undefined)
  await expect(recountPoll('p')).rejects.toMatchObject({ code: 'POLL_NOT_FOUND' })
  expect(counted).toEqual([])
})
