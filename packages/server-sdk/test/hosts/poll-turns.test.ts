import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { channelServers } from '../listeners.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import { describeOwnVotes } from './own-votes.suite.ts'
import { describePollTurns } from './poll-turns.suite.ts'
import { wires } from './watchers.ts'

let running: RunningLivePoll
beforeAll(async () => {
  running = await startLivePoll({ resultsInterval: 10 })
})
afterAll(() => running.stop())

for (const wire of wires) describe('Whoever watches', () => describePollTurns(wire, () => running))
for (const server of channelServers) describe('Own votes', () => describeOwnVotes(server, () => running))

it('has told the log of nothing', () => {
  expect(running.logger.errors).toEqual([])
})
