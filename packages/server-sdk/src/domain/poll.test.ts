import { expect, it } from 'vitest'
import { isDue, type PollTimes, pollState } from './poll.ts'

const at = (hour: number) => new Date(Date.UTC(2026, 5, 1, hour))
const times = (opens: number | null, closes: number | null, closed: number | null): PollTimes => ({
  opensAt: opens === null ? null : at(opens),
  closesAt: closes === null ? null : at(closes),
  closedAt: closed === null ? null : at(closed),
})

it.each([
  ['without times', times(null, null, null), 'open', false],
  ['before its opening', times(13, null, null), 'scheduled', false],
  ['at its opening', times(12, null, null), 'open', false],
  ['before its closing', times(null, 13, null), 'open', false],
  ['at its closing, not written yet', times(null, 12, null), 'open', true],
  ['long after its closing, not written yet', times(1, 2, null), 'open', true],
  ['closed by hand before its time', times(null, 13, 11), 'closed', false],
  ['closed at its time', times(null, 12, 12), 'closed', false],
  ['closed before it opened', times(13, 14, 11), 'closed', false],
])('a poll %s', (_, poll, state, due) => {
  expect([pollState(poll, at(12)), isDue(poll, at(12))]).toEqual([state, due])
})
