import { describe, expect, it, vi } from 'vitest'
import type { ChannelServerName } from '../listeners.ts'
import { openRawSocket } from '../raw-socket.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import { cast, createPoll, newVoter, visit, visitAsRelay, visitAsVoter } from './channel-visitor.ts'

/** What happens at the limits of a connection, set low, over one WebSocket server. */
export function describeChannelLimits(server: ChannelServerName, running: () => RunningLivePoll): void {
  /** Starts a Live Poll with these limits on the same database. */
  const withLimits = (channel: object) => startLivePoll({ directory: running().directory, channel })

  describe(`on ${server}`, () => {
    it('closes with 4408 who does not say hello, and nobody who did', async () => {
      const limited = await withLimits({ hello: 100 })
      const silent = await openRawSocket(limited.channelUrls[server])
      const polite = await visit(limited, server)
      silent.send({ type: 'ping' })
      expect((await silent.closed).code).toBe(4408)
      await polite.settle()
      await limited.stop()
    })

    it('lets one watch so many polls, and no more', async () => {
      const limited = await withLimits({ watchedPolls: 2 })
      const polls = await Promise.all([1, 2, 3].map(() => createPoll(limited)))
      const [one = '', two = '', three = ''] = polls.map((poll) => poll.id)
      const socket = await visitAsVoter(limited, server)
      for (const pollId of [one, two, one, two]) {
        socket.send({ type: 'watch', pollId })
        await socket.take('poll')
      }
      socket.send({ type: 'watch', pollId: three })
      expect(await socket.take('error')).toMatchObject({ code: 'INVALID', pollId: three })
      await cast(socket, three)
      expect(await socket.settle(), 'and it is not watched').toEqual([])

      socket.send({ type: 'unwatch', pollId: one })
      socket.send({ type: 'watch', pollId: 'p_nowhere' })
      await socket.take('error', (error) => error.code === 'POLL_NOT_FOUND')
      socket.send({ type: 'watch', pollId: three })
      expect(await socket.take('poll'), 'a poll that is not there takes no place').toMatchObject({
        poll: { id: three },
      })
      await limited.stop()
    })

    describe('the rate of messages', () => {
      it('is refused beyond the burst, each message in its own way, and passes again later', async () => {
        const limited = await withLimits({ messageBurst: 2, messagesPerSecond: 20 })
        const { id } = await createPoll(limited)
        const socket = await visitAsVoter(limited, server)
        socket.send({ type: 'ping' })
        socket.send({ type: 'ping' })
        socket.send({ type: 'watch', pollId: id })
        socket.send({ type: 'vote', voteId: 'v', pollId: id, choices: [1] })
        socket.send({ type: 'ping' })
        const retryAfter = expect.any(Number)
        expect(await socket.take('error', (error) => error.pollId !== undefined)).toEqual({
          ...{ type: 'error', code: 'RATE_LIMITED', message: expect.any(String), pollId: id, retryAfter },
        })
        expect(await socket.take('rejected')).toEqual({
          ...{
            type: 'rejected',
            voteId: 'v',
            pollId: id,
            code: 'RATE_LIMITED',
            message: expect.any(String),
            retryAfter,
          },
        })
        const error = await socket.take('error')
        expect(error).toEqual({ type: 'error', code: 'RATE_LIMITED', message: expect.any(String), retryAfter })
        expect(error.retryAfter).toBeGreaterThan(0)
        expect(error.retryAfter).toBeLessThanOrEqual(50)

        const voted = async () => expect(await cast(socket, id, { voteId: 'v' })).toMatchObject({ type: 'voted' })
        await vi.waitFor(voted, { timeout: 10_000 })
        await limited.stop()
      })

      it('closes with 4429 who goes on all the same', async () => {
        const limited = await withLimits({ messageBurst: 5, messagesPerSecond: 0.001 })
        const socket = await visitAsVoter(limited, server)
        for (let message = 0; message < 120; message++) socket.send({ type: 'ping' })
        expect((await socket.closed).code).toBe(4429)
        expect(socket.untaken.filter((message) => message.type === 'pong')).toHaveLength(5)
        await limited.stop()
      })

      it('does not keep a busy visitor from signing in, once', async () => {
        const limited = await withLimits({ messageBurst: 1, messagesPerSecond: 0.001 })
        const { ticket, voterId } = await newVoter(limited)
        const socket = await visit(limited, server)
        socket.send({ type: 'ping' })
        expect(await socket.take('error')).toMatchObject({ code: 'RATE_LIMITED' })
        socket.send({ type: 'hello', ticket })
        expect(await socket.take('welcome')).toMatchObject({ voterId })
        for (let time = 0; time < 120; time++) socket.send({ type: 'hello', ticket })
        expect((await socket.closed).code).toBe(4429)
        await limited.stop()
      })

      it('does not bind a relay', async () => {
        const limited = await withLimits({ messageBurst: 2, messagesPerSecond: 0.001 })
        const { id } = await createPoll(limited)
        const socket = await visitAsRelay(limited, server)
        for (let message = 0; message < 50; message++) {
          expect(await cast(socket, id, { voter: `user-${message}` })).toMatchObject({ type: 'voted' })
        }
        await limited.stop()
      })

      it('is each connection’s own, and binds visitors too', async () => {
        const limited = await withLimits({ messageBurst: 2, messagesPerSecond: 0.001 })
        for (let connection = 0; connection < 5; connection++) {
          const socket = await visit(limited, server) // a hello that signs nobody in is a message like any other
          await socket.settle()
          socket.send({ type: 'ping' })
          await socket.take('error', (error) => error.code === 'RATE_LIMITED')
        }
        await limited.stop()
      })
    })
  })
}
