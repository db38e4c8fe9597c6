import { errors } from '@live-poll/client-sdk/protocol'
import { describe, expect, it } from 'vitest'
import { adminKey } from '../admin-key.ts'
import { createHttpClient } from '../http-client.ts'
import { type ChannelServerName, channelServers } from '../listeners.ts'
import type { RawSocket } from '../raw-socket.ts'
import type { RunningLivePoll } from '../start-live-poll.ts'
import { cast, createPoll, newVoter, readResults, visit, visitAsRelay, visitAsVoter } from './channel-visitor.ts'

/** What watchers are shown, over one WebSocket server. */
export function describeChannelResults(server: ChannelServerName, running: () => RunningLivePoll): void {
  const atVersion = (version: number) => (results: { version: number }) => results.version === version

  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)

  async function watch(socket: RawSocket, pollId: string) {
    socket.send({ type: 'watch', pollId })
    return socket.take('poll', (message) => message.poll.id === pollId)
  }

  describe(`on ${server}`, () => {
    it('watch answers the whole poll, once, and the own vote', async () => {
      const poll = await createPoll(running(), { ballot: { max: 2 } })
      const voter = await visitAsVoter(running(), server)
      voter.send({ type: 'watch', pollId: poll.id, epoch: 1, version: 0 })
      expect(await voter.take('poll')).toEqual({ type: 'poll', poll, vote: null, now: time, watching: 1 })
      expect(await voter.settle()).toEqual([])

      await cast(voter, poll.id, { voteId: 'v', choices: [2, 1] })
      const results = await voter.take('results', atVersion(1))
      expect(results).toEqual({
        type: 'results',
        ...{ ...poll.results, version: 1, votes: [1, 1], voters: 1 },
        watching: 1,
      })
      expect(await watch(voter, poll.id)).toEqual({
        type: 'poll',
        poll: { ...poll, results: { ...poll.results, version: 1, votes: [1, 1], voters: 1 } },
        vote: { voteId: 'v', choices: [1, 2], revision: 1 },
        now: time,
        watching: 1,
      })
      await cast(voter, poll.id, { voteId: 'w', choices: null })
      expect((await watch(voter, poll.id)).vote).toEqual({ voteId: 'w', choices: null, revision: 2 })
      await voter.close()
    })

    it('watch without a voter answers no vote', async () => {
      const { id } = await createPoll(running())
      const socket = await visit(running(), server)
      expect((await watch(socket, id)).vote).toBeNull()
      await socket.close()
    })

    it('watch answers each time it is sent, and results still come once', async () => {
      const { id } = await createPoll(running())
      const socket = await visitAsVoter(running(), server)
      for (let time = 0; time < 3; time++) await watch(socket, id)
      await cast(socket, id)
      await socket.take('results', atVersion(1))
      expect((await socket.settle()).filter((message) => message.type === 'results')).toEqual([])
      await socket.close()
    })

    it('watch of no poll answers POLL_NOT_FOUND with its id, and nothing is watched', async () => {
      const socket = await visit(running(), server)
      socket.send({ type: 'watch', pollId: 'p_nowhere' })
      const { message } = errors.POLL_NOT_FOUND
      expect(await socket.take('error')).toEqual({
        type: 'error',
        code: 'POLL_NOT_FOUND',
        message,
        pollId: 'p_nowhere',
      })
      expect(await socket.settle()).toEqual([])
      await socket.close()
    })

    it('votes reach every watcher, wherever they are cast and watched', async () => {
      const { id } = await createPoll(running())
      const watchers = await Promise.all(
        [...channelServers, ...channelServers].map(async (where) => {
          const socket = await visit(running(), where)
          await watch(socket, id)
          return socket
        }),
      )
      const voter = await visitAsVoter(running(), server)
      await cast(voter, id)
      for (const watcher of watchers) expect((await watcher.take('results', atVersion(1))).votes).toEqual([1, 0])

      const { token } = await newVoter(running())
      const body = { voteId: 'v', choices: [2] }
      await createHttpClient(running().origin)('PUT', `/polls/${id}/vote`, { token, body })
      for (const watcher of watchers) expect((await watcher.take('results', atVersion(2))).votes).toEqual([1, 1])
      expect(await voter.settle(), 'a voter who does not watch is not told').toEqual([])
      await Promise.all([...watchers, voter].map((socket) => socket.close()))
    })

    it('many votes become few frames, none older than the one before, the last with them all', async () => {
      const { id } = await createPoll(running())
      const relay = await visitAsRelay(running(), server)
      const watcher = await visit(running(), server)
      await watch(watcher, id)
      for (let round = 0; round < 20; round++) {
        await Promise.all(Array.from({ length: 10 }, (_, n) => cast(relay, id, { voter: `user-${round}-${n}` })))
      }
      const final = await readResults(running(), id)
      expect(final).toMatchObject({ votes: [200, 0], voters: 200 })
      const seen: number[] = []
      while (seen.at(-1) !== final.version) seen.push((await watcher.take('results')).version)
      expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b))
      expect(await watcher.settle()).toEqual([])
      await Promise.all([relay.close(), watcher.close()])
    })

    it('unwatch ends it, for that poll and that connection', async () => {
      const one = await createPoll(running())
      const other = await createPoll(running())
      const leaver = await visit(running(), server)
      const stayer = await visit(running(), server)
      for (const socket of [leaver, stayer]) for (const { id } of [one, other]) await watch(socket, id)
      leaver.send({ type: 'unwatch', pollId: one.id })
      leaver.send({ type: 'unwatch', pollId: 'p_nowhere' })
      await leaver.settle()

      const voter = await visitAsVoter(running(), server)
      await cast(voter, one.id)
      await stayer.take('results', (results) => results.pollId === one.id)
      await cast(voter, other.id)
      await leaver.take('results', (results) => results.pollId === other.id)
      expect(await leaver.settle()).toEqual([])

      await watch(leaver, one.id)
      await cast(voter, one.id, { choices: [2] })
      await leaver.take('results', (results) => results.pollId === one.id && results.version === 2)
      await Promise.all([leaver.close(), stayer.close(), voter.close()])
    })

    it('close and open reach every watcher', async () => {
      const call = createHttpClient(running().origin)
      const { id } = await createPoll(running(), { opensAt: new Date(Date.now() + 3_600_000).toISOString() })
      const socket = await visit(running(), server)
      expect((await watch(socket, id)).poll.state).toBe('scheduled')
      await call('POST', `/polls/${id}/open`, { token: adminKey })
      expect(await socket.take('results')).toMatchObject({ pollId: id, state: 'open', version: 1 })
      await call('POST', `/polls/${id}/close`, { token: adminKey })
      expect(await socket.take('results')).toMatchObject({ pollId: id, state: 'closed', version: 2 })
      await socket.close()
    })

    it('the schedule opens and closes polls by itself, and tells every watcher', async () => {
      const soon = new Date(Date.now() + 2000).toISOString() // time enough to watch before it has come
      const opening = await createPoll(running(), { opensAt: soon })
      const closing = await createPoll(running(), { closesAt: soon })
      expect([opening.state, closing.state]).toEqual(['scheduled', 'open'])
      const socket = await visit(running(), server)
      await watch(socket, opening.id)
      await watch(socket, closing.id)
      const opened = await socket.take('results', (results) => results.pollId === opening.id)
      expect(opened).toMatchObject({ state: 'open', version: 0 })
      const closed = await socket.take('results', (results) => results.pollId === closing.id)
      expect(closed).toMatchObject({ state: 'closed', version: 1 })
      await socket.close()
    })

    it('has told the log of nothing', () => {
      expect(running().logger.errors).toEqual([])
    })
  })
}
