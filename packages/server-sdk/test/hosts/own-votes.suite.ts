import type { PollMessage, Results } from '@live-poll/client-sdk/protocol'
import { describe, expect, it } from 'vitest'
import type { ChannelServerName } from '../listeners.ts'
import type { RawSocket } from '../raw-socket.ts'
import type { RunningLivePoll } from '../start-live-poll.ts'
import { cast, createPoll, newVoter, visit, visitAsRelay, visitAsVoter } from './channel-visitor.ts'

/** What a voter's own votes show them, and what `watch` answers, over one WebSocket server. */
export function describeOwnVotes(server: ChannelServerName, running: () => RunningLivePoll): void {
  const api = () => running().livePoll.api

  async function watch(socket: RawSocket, pollId: string): Promise<PollMessage> {
    socket.send({ type: 'watch', pollId })
    return socket.take('poll', (message) => message.poll.id === pollId)
  }
  const ofVersion = (version: number) => (results: Results) => results.version === version

  /** An edit that whoever watches is told of: nothing untaken came before it. */
  async function expectQuiet(socket: RawSocket, pollId: string, edition: number) {
    const choices = [`Soup ${edition}`, 'Salad'].map((label, index) => ({ id: index + 1, label }))
    await api().editPoll(pollId, { choices })
    await socket.takeEither('results', 'state', (frame) => frame.edition === edition)
    expect(socket.untaken).toEqual([])
  }

  describe(`on ${server}`, () => {
    it('show after-vote results after the acknowledgement, and hide them after a retraction', async () => {
      const { id } = await createPoll(running(), { showResults: 'after-vote' })
      const voter = await visitAsVoter(running(), server)
      expect((await watch(voter, id)).poll.results).toBeNull()
      await api().castVote({ pollId: id, voter: 'ada', choices: [1] })
      await expectQuiet(voter, id, 2)

      voter.send({ type: 'vote', voteId: 'v-1', pollId: id, choices: [2] })
      const first = await voter.takeEither('voted', 'results')
      const second = await voter.takeEither('voted', 'results')
      expect([first.type, second.type]).toEqual(['voted', 'results'])
      const isNewest = second.type === 'results' && second.voters === 2 // it may be there before the acknowledgement is
      if (!isNewest) await voter.take('results', (results) => results.voters === 2)
      await api().castVote({ pollId: id, voter: 'bob', choices: [1] })
      await voter.take('results', (results) => results.voters === 3)

      await cast(voter, id, { choices: null })
      await api().castVote({ pollId: id, voter: 'bob', choices: [2] })
      await api().editPoll(id, {
        choices: [
          { id: 1, label: 'Bisque' },
          { id: 2, label: 'Salad' },
        ],
      })
      await voter.take('state', (frame) => frame.edition === 3)
      const later = voter.untaken.filter((message) => message.type !== 'results' || message.version > 4)
      expect(later, 'none after the retraction').toEqual([])
      expect(await watch(voter, id)).toMatchObject({ poll: { results: null }, vote: { choices: null, revision: 2 } })

      await cast(voter, id, { choices: [1] })
      expect(await voter.take('results', (results) => results.voters === 3)).toMatchObject({ edition: 3 })
      await voter.close()
    })

    it('show them after a repeat is acknowledged, too', async () => {
      const { id } = await createPoll(running(), { showResults: 'after-vote' })
      const { ticket } = await newVoter(running())
      const first = await visit(running(), server, { ticket })
      const second = await visit(running(), server, { ticket })
      await watch(second, id)
      await cast(first, id, { voteId: 'v-1' })
      expect(await cast(second, id, { voteId: 'v-1' })).toMatchObject({ type: 'voted', duplicate: true })
      await second.take('results', ofVersion(1))
      await Promise.all([first.close(), second.close()])
    })

    it('show them to who votes as their watch is being answered', async () => {
      const { id } = await createPoll(running(), { showResults: 'after-vote' })
      const voter = await visitAsVoter(running(), server)
      voter.send({ type: 'watch', pollId: id })
      voter.send({ type: 'vote', voteId: 'v-1', pollId: id, choices: [1] })
      await voter.take('poll')
      await voter.take('voted')
      await api().castVote({ pollId: id, voter: 'ada', choices: [1] })
      await voter.take('results', (results) => results.voters === 2)
      await voter.close()
    })

    it('on a relay show nothing to the relay', async () => {
      const { id } = await createPoll(running(), { showResults: 'after-vote' })
      const relay = await visitAsRelay(running(), server)
      await watch(relay, id)
      await cast(relay, id, { voter: 'ada' })
      await expectQuiet(relay, id, 2)
      await relay.close()
    })

    it('of an earlier epoch show nothing of the next', async () => {
      const { id } = await createPoll(running(), { showResults: 'after-vote' })
      const voter = await visitAsVoter(running(), server)
      await watch(voter, id)
      await cast(voter, id)
      while ((await voter.take('results')).version < 1);
      await api().resetPoll(id, { epoch: 1 })
      await voter.take('state', ({ epoch }) => epoch === 2)
      await api().castVote({ pollId: id, voter: 'ada', choices: [1] })
      await expectQuiet(voter, id, 2)
      expect(await watch(voter, id)).toMatchObject({ poll: { epoch: 2, results: null }, vote: null })
      expect(await cast(voter, id, { revision: 0, epoch: 2 })).toMatchObject({ type: 'voted', revision: 1, epoch: 2 })
      await voter.take('results', (results) => results.voters === 2)
      await voter.close()
    })

    it('each watch is answered once, whatever is unwatched at once', async () => {
      const { id } = await createPoll(running())
      const socket = await visit(running(), server)
      for (const pollId of [id, 'p_nowhere', id]) {
        socket.send({ type: 'watch', pollId })
        socket.send({ type: 'unwatch', pollId })
      }
      for (let n = 0; n < 2; n++) await socket.take('poll')
      expect(await socket.take('error')).toMatchObject({ code: 'POLL_NOT_FOUND', pollId: 'p_nowhere' })
      const watcher = await visit(running(), server)
      expect((await watch(watcher, id)).watching, 'and is watched no more').toBe(1)
      await api().castVote({ pollId: id, voter: 'ada', choices: [1] })
      await watcher.take('results', ofVersion(1))
      expect(await socket.settle()).toEqual([])
      await Promise.all([socket.close(), watcher.close()])
    })

    it('an unwatch between two watches leaves the second', async () => {
      const { id } = await createPoll(running())
      const socket = await visit(running(), server)
      for (const type of ['watch', 'unwatch', 'watch']) socket.send({ type, pollId: id })
      for (let n = 0; n < 2; n++) await socket.take('poll')
      await api().castVote({ pollId: id, voter: 'ada', choices: [1] })
      await socket.take('results', ofVersion(1))
      expect(await socket.settle()).toEqual([])
      await socket.close()
    })

    it('a deletion leaves the connection and what else it watches', async () => {
      const [one, other] = [await createPoll(running()), await createPoll(running())]
      const socket = await visit(running(), server)
      await watch(socket, one.id)
      await watch(socket, other.id)
      await api().deletePoll(one.id)
      expect(await socket.take('error')).toMatchObject({ code: 'POLL_NOT_FOUND', pollId: one.id })
      socket.send({ type: 'watch', pollId: one.id })
      expect(await socket.take('error')).toMatchObject({ code: 'POLL_NOT_FOUND', pollId: one.id })
      await api().castVote({ pollId: other.id, voter: 'ada', choices: [1] })
      await socket.take('results', ofVersion(1))
      expect(await socket.settle()).toEqual([])
      await socket.close()
    })
  })
}
