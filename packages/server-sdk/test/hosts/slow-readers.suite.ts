import { describe, expect, it, vi } from 'vitest'
import { adminKey } from '../admin-key.ts'
import { createHttpClient } from '../http-client.ts'
import { type ChannelServerName, channelListeners } from '../listeners.ts'
import { readMetrics } from '../read-metrics.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import { cast, visit, visitAsRelay } from './channel-visitor.ts'
import { type ObservedSocket, observeSockets } from './observed-sockets.ts'

const unlimited = 1024 ** 3
/** Asks for the large poll until the buffers of the network (some megabytes) and then those of the server fill up. */
const manyTimes = 400

/** What becomes of a connection whose client stops reading, over one WebSocket server. */
export function describeSlowReaders(server: ChannelServerName, running: () => RunningLivePoll): void {
  /** A client who watches a poll, whose description takes 40 KB, and reads no more. */
  async function startSlowReader(channel: object) {
    const generous = { messageBurst: unlimited, slowBytes: 1000, fullBytes: unlimited, slowTime: unlimited }
    const limited = await startLivePoll({ directory: running().directory, channel: { ...generous, ...channel } })
    const choices = Array.from({ length: 200 }, (_, index) => `${'昼'.repeat(60)} ${index}`)
    const { id } = await limited.livePoll.api.createPoll({ question: 'Large?', choices })
    const observed = observeSockets(limited.livePoll)
    const listener = await channelListeners[server](observed.livePoll)
    const slow = await visit(
      { ...limited, channelUrls: { ...limited.channelUrls, [server]: listener.channelUrl } },
      server,
    )
    slow.pause()
    for (let time = 0; time < manyTimes; time++) slow.send({ type: 'watch', pollId: id })
    const [socket] = observed.sockets
    if (!socket) throw new Error('The channel has not seen the socket.')
    return {
      id,
      slow,
      socket,
      limited,
      async stop() {
        await limited.stop()
        await listener.close()
      },
    }
  }
  const isClosed = (socket: ObservedSocket) =>
    vi.waitFor(() => expect(socket.closeCode).toBeDefined(), { timeout: 10_000 })

  describe(`on ${server}`, () => {
    it('misses results, and gets the newest once they read again', async () => {
      const { id, slow, socket, limited, stop } = await startSlowReader({})
      await vi.waitFor(() => expect(socket.unsubscribed).toHaveLength(1), { timeout: 10_000 })
      const relay = await visitAsRelay(limited, server)
      const watcher = await visit(limited, server)
      watcher.send({ type: 'watch', pollId: id })
      await watcher.take('poll')
      for (let voters = 1; voters <= 3; voters++) {
        await cast(relay, id, { voter: `user-${voters}` })
        await watcher.take('results', (results) => results.voters === voters)
      }

      slow.resume()
      await slow.take('results', (results) => results.voters === 3)
      expect(
        slow.untaken.filter((message) => message.type === 'results'),
        'and nothing before it',
      ).toEqual([])
      await cast(relay, id, { voter: 'one more' })
      await slow.take('results', (results) => results.voters === 4)
      await stop()
    })

    it('is closed with 4410 after a while, and counted', async () => {
      const { slow, socket, limited, stop } = await startSlowReader({ slowTime: 100 })
      await isClosed(socket)
      expect(socket.closeCode).toBe(4410)
      slow.resume()
      expect((await slow.closed).code).toBe(4410)
      const { body } = await createHttpClient(limited.origin)<string>('GET', '/metrics', { token: adminKey })
      expect(readMetrics(body).value('live_poll_slow_closed_total')).toBe(1)
      await stop()
    })

    it('is closed with 4410 at once when too much waits', async () => {
      const { slow, socket, stop } = await startSlowReader({ fullBytes: 1000 })
      await isClosed(socket)
      expect(socket.closeCode).toBe(4410)
      slow.resume()
      expect((await slow.closed).code).toBe(4410)
      await stop()
    })

    it('is gone soon even if they never read again', async () => {
      const { slow, socket, stop } = await startSlowReader({ fullBytes: 1000 })
      await vi.waitFor(() => expect(socket.hasEnded).toBe(true), { timeout: 10_000 })
      slow.terminate()
      await stop()
    })
  })
}
