import { afterAll, beforeAll, describe } from 'vitest'
import { channelServers, webSocketServers } from '../listeners.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import { describeChannelMessages } from './channel-messages.suite.ts'
import { describeChannelResults } from './channel-results.suite.ts'
import { describeSubprotocol } from './channel-subprotocol.suite.ts'
import { describeChannelVotes } from './channel-votes.suite.ts'
import { describeConcurrentCasts } from './concurrent-casts.suite.ts'

let running: RunningLivePoll
beforeAll(async () => {
  running = await startLivePoll({ origins: ['https://www.example.org'] })
})
afterAll(() => running.stop())

for (const server of webSocketServers) describe('An upgrade', () => describeSubprotocol(server, () => running))
for (const server of channelServers) {
  describe('The channel', () => describeChannelMessages(server, () => running))
  describe('Watchers', () => describeChannelResults(server, () => running))
  describe('Votes', () => describeChannelVotes(server, () => running))
  describeConcurrentCasts([server], () => running)
}
describeConcurrentCasts(channelServers, () => running)
