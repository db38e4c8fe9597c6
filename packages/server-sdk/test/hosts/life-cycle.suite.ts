import { createLivePoll, type Database } from '@live-poll/server-sdk'
import { describe, expect, it } from 'vitest'
import { type ChannelServerName, channelListeners } from '../listeners.ts'
import { openRawSocket } from '../raw-socket.ts'
import { createRecordingLogger } from '../recording-logger.ts'
import { storageIn } from '../servers/storage.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import { cast, createPoll, readResults, visit, visitAsRelay, visitAsVoter } from './channel-visitor.ts'

/** Before the database is open, and when it closes, over one WebSocket server. */
export function describeLifeCycle(server: ChannelServerName, running: () => RunningLivePoll): void {
  const start = (options: object = {}) => startLivePoll({ directory: running().directory, ...options })

  /** The database, which opens (or fails to) when told. */
  function gatedDatabase() {
    let letGo = (_: 'open' | 'fail') => {}
    const told = new Promise<'open' | 'fail'>((resolve) => {
      letGo = resolve
    })
    const { database: real } = storageIn(running().directory)
    const database: Database = {
      ...real,
      async open(logger) {
        if ((await told) === 'fail') throw new Error('The database does not answer.')
        return real.open(logger)
      },
    }
    return { database, letGo }
  }

  async function readiness({ origin }: RunningLivePoll) {
    const answer = await fetch(`${origin}/live-poll/health/ready`)
    return { status: answer.status, body: await answer.json() }
  }

  describe(`on ${server}`, () => {
    it('tells who comes before the database is open to try later, and then lets them in', async () => {
      const { database, letGo } = gatedDatabase()
      const livePoll = createLivePoll({ ...storageIn(running().directory), database, logger: createRecordingLogger() })
      const listener = await channelListeners[server](livePoll)
      for (let early = 0; early < 3; early++) {
        expect((await (await openRawSocket(listener.channelUrl)).closed).code).toBe(1013)
      }
      letGo('open')
      await livePoll.ready()
      const socket = await openRawSocket(listener.channelUrl)
      socket.send({ type: 'hello' })
      await socket.take('welcome')
      await livePoll.close()
      await listener.close()
    })

    it('opens the database for the first who comes, and says in the log when that fails', async () => {
      const { database, letGo } = gatedDatabase()
      const logger = createRecordingLogger()
      const livePoll = createLivePoll({ ...storageIn(running().directory), database, logger })
      const listener = await channelListeners[server](livePoll)
      letGo('fail')
      expect((await (await openRawSocket(listener.channelUrl)).closed).code).toBe(1013)
      await expect(livePoll.ready()).rejects.toThrow('does not answer')
      expect(logger.errors).not.toEqual([])
      await livePoll.close()
      await listener.close()
    })

    it('close answers every vote it took, then closes with 1012', async () => {
      const closing = await start({ batchSize: 1 })
      const { id } = await createPoll(closing)
      const relay = await visitAsRelay(closing, server)
      const visitor = await visit(closing, server)
      const casts = Array.from({ length: 50 }, (_, n) => cast(relay, id, { voter: `user-${n}` }))
      await relay.settle()
      await Promise.race(casts) // all of them have been read, most of them wait
      await closing.livePoll.close()
      const answers = await Promise.all(casts)
      const voted = answers.filter((answer) => answer.type === 'voted').length
      for (const answer of answers) if (answer.type === 'rejected') expect(answer.code).toBe('UNAVAILABLE')
      expect(voted).toBeGreaterThan(0)
      for (const socket of [relay, visitor]) expect((await socket.closed).code).toBe(1012)

      const reopened = await start()
      expect(await readResults(reopened, id), 'what was acknowledged, and no more').toMatchObject({ voters: voted })
      await reopened.stop()
      await closing.stop()
    })

    it('drain is over when all have left; until then it is not ready, and votes count', async () => {
      const draining = await start()
      const { id } = await createPoll(draining)
      const voter = await visitAsVoter(draining, server)
      const viewer = await visit(draining, server)
      let isOver = false
      const over = draining.livePoll.drain({ delay: 0, spread: 30_000, limit: 60_000 }).then(() => {
        isOver = true
      })
      expect(await readiness(draining)).toEqual({
        status: 503,
        body: { status: 'unavailable', problems: ['draining'] },
      })
      for (const socket of [voter, viewer]) expect(await socket.take('drain')).toMatchObject({ spread: 30_000 })
      const late = await openRawSocket(draining.channelUrls[server])
      expect((await late.closed).code, 'goes to another node at once').toBe(1012)
      expect(await cast(voter, id)).toMatchObject({ type: 'voted' })
      voter.close()
      expect(isOver, 'one is here still').toBe(false)
      viewer.close()
      await over
      await draining.stop()
    })

    it('drain closes with 1012 who has not left after the spread, slice by slice', async () => {
      const draining = await start()
      const sockets = await Promise.all(Array.from({ length: 40 }, () => visit(draining, server)))
      let left = sockets.length
      const counts = sockets.map(async (socket) => {
        const { code } = await socket.closed
        left--
        return code
      })
      const over = draining.livePoll.drain({ delay: 0, spread: 100, limit: 60_000 })
      await Promise.any(counts)
      expect(left, 'not all at once').toBeGreaterThan(10)
      await over
      expect(new Set(await Promise.all(counts))).toEqual(new Set([1012]))
      await draining.stop()
    })

    it('drain takes new connections until the delay is over, and ends at its limit', async () => {
      const draining = await start()
      const { id } = await createPoll(draining)
      const over = draining.livePoll.drain({ delay: 60_000, spread: 60_000, limit: 500 })
      const late = await visitAsVoter(draining, server)
      expect(await cast(late, id)).toMatchObject({ type: 'voted' })
      expect((await late.closed).code).toBe(1012)
      await over
      await draining.stop()
    })

    it('after close, nobody gets in', async () => {
      const closing = await start()
      await visitAsVoter(closing, server)
      await closing.livePoll.close()
      const late = await openRawSocket(closing.channelUrls[server])
      expect((await late.closed).code).toBe(1013)
      await closing.stop()
    })

    it('a close before it is open leaves nothing open', async () => {
      const { database, letGo } = gatedDatabase()
      const livePoll = createLivePoll({ ...storageIn(running().directory), database, logger: createRecordingLogger() })
      const listener = await channelListeners[server](livePoll)
      const ready = livePoll.ready().catch(() => undefined)
      const closed = livePoll.close()
      letGo('open')
      await Promise.all([ready, closed])
      expect((await (await openRawSocket(listener.channelUrl)).closed).code).toBe(1013)
      await listener.close()
    })
  })
}
