import { afterAll, beforeAll, describe } from 'vitest'
import { channelServers } from '../listeners.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import { describeChannelLimits } from './channel-limits.suite.ts'
import { describeLifeCycle } from './life-cycle.suite.ts'
import { describeSlowReaders } from './slow-readers.suite.ts'

let running: RunningLivePoll
beforeAll(async () => {
  running = await startLivePoll()
})
afterAll(() => running.stop())

for (const server of channelServers) {
  describe('A connection', () => describeChannelLimits(server, () => running))
  describe('The life of a Live Poll', () => describeLifeCycle(server, () => running))
  describe('A reader who stops reading', () => describeSlowReaders(server, () => running))
}
