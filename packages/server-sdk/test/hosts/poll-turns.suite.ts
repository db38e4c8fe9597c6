import type { Poll, Results, ServerMessage } from '@live-poll/client-sdk/protocol'
import { describe, expect, it, vi } from 'vitest'
import { adminKey } from '../admin-key.ts'
import { createHttpClient } from '../http-client.ts'
import type { RunningLivePoll } from '../start-live-poll.ts'
import { createPoll, newVoter } from './channel-visitor.ts'
import { type PollWatcher, startWatching, type Wire } from './watchers.ts'

/** What watchers see of an organizer's actions, and of time, over one wire. */
export function describePollTurns(wire: Wire, running: () => RunningLivePoll): void {
  const api = () => running().livePoll.api
  const watch = (pollId: string) => startWatching(running(), wire, pollId)
  const read = async (pollId: string) =>
    (await createHttpClient(running().origin)<Poll>('GET', `/polls/${pollId}`)).body.results
  const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString()
  const ofVersion = (version: number) => (results: Results) => results.version === version
  const vote = (pollId: string, voter: string, choices: number[] | null = [1]) =>
    api().castVote({ pollId, voter, choices })
  const choices = (...labels: string[]) => ({ choices: labels.map((label, index) => ({ id: index + 1, label })) })

  /** Told of an edit that everyone is told of, and of nothing before it. */
  async function expectNothingBefore(watcher: PollWatcher, pollId: string, edition: number) {
    await api().editPoll(pollId, choices(`Soup ${edition}`, 'Salad'))
    await watcher.takeEither('results', 'state', (frame) => frame.edition === edition)
    expect(watcher.untaken).toEqual([])
  }

  describe(`over ${wire}`, () => {
    it('a close shows after-close results to who was not shown them, once', async () => {
      const { id } = await createPoll(running(), { showResults: 'after-close' })
      const watcher = await watch(id)
      await vote(id, 'ada')
      await api().closePoll(id)
      const closed = await watcher.take('results')
      expect(closed).toMatchObject({ state: 'closed', voters: 1, votes: [1, 0], watching: 1 })
      await expectNothingBefore(watcher, id, 2)
      await watcher.close()
    })

    it('enough voters show results to all, for the rest of the epoch', async () => {
      const { id } = await createPoll(running(), { minVoters: 2 })
      const watcher = await watch(id)
      await vote(id, 'ada')
      await expectNothingBefore(watcher, id, 2)
      expect(await read(id)).toBeNull()
      await vote(id, 'bob')
      expect(await watcher.take('results')).toMatchObject({ voters: 2, votes: [2, 0] })

      await vote(id, 'bob', null)
      expect(await watcher.take('results'), 'fewer again').toMatchObject({ voters: 1 })
      expect(await read(id)).toMatchObject({ voters: 1 })
      const late = await watch(id)
      expect(late.answer.poll.results).toMatchObject({ voters: 1 })

      await api().resetPoll(id, { epoch: 1 })
      for (const socket of [watcher, late]) {
        expect(await socket.take('state')).toEqual({ type: 'state', pollId: id, epoch: 2, state: 'open', edition: 2 })
      }
      await vote(id, 'ada')
      expect(await read(id), 'the next epoch begins anew').toBeNull()
      await vote(id, 'bob')
      expect(await watcher.take('results')).toMatchObject({ epoch: 2, voters: 2 })
      await Promise.all([watcher.close(), late.close()])
    })

    it('an edit hides results, and shows them', async () => {
      const { id } = await createPoll(running())
      const watcher = await watch(id)
      await api().editPoll(id, { showResults: 'organizers' })
      expect(await watcher.take('state')).toMatchObject({ edition: 2, state: 'open' })
      await vote(id, 'ada')
      await expectNothingBefore(watcher, id, 3)
      await api().editPoll(id, { showResults: 'always' })
      expect(await watcher.take('results')).toMatchObject({ edition: 4, voters: 1 })
      await api().editPoll(id, { minVoters: 2 })
      expect(await watcher.take('state')).toMatchObject({ edition: 5 })
      await api().editPoll(id, { minVoters: 1 })
      expect(await watcher.take('results')).toMatchObject({ edition: 6, voters: 1 })
      await watcher.close()
    })

    it('added choices and other labels reach who sees results, and who does not', async () => {
      for (const showResults of ['always', 'after-close']) {
        const { id } = await createPoll(running(), { showResults })
        const watcher = await watch(id)
        await api().editPoll(id, { choices: ['Pie', { id: 2, label: 'Salad' }, { id: 1, label: 'Bisque' }] })
        const frame = await watcher.takeEither('results', 'state')
        if (showResults === 'always') expect(frame).toMatchObject({ type: 'results', edition: 2, votes: [0, 0, 0] })
        else expect(frame).toEqual({ type: 'state', pollId: id, epoch: 1, state: 'open', edition: 2 })
        expect(watcher.untaken).toEqual([])
        await watcher.close()
      }
    })

    it('a reset reaches who sees results, and who does not; repeated, it reaches nobody', async () => {
      for (const showResults of ['always', 'after-close']) {
        const { id } = await createPoll(running(), { showResults })
        await vote(id, 'ada')
        const watcher = await watch(id)
        await api().resetPoll(id, { epoch: 1 })
        const frame = await watcher.takeEither('results', 'state', ({ epoch }) => epoch === 2)
        if (showResults === 'always') expect(frame).toMatchObject({ type: 'results', voters: 0, votes: [0, 0] })
        else expect(frame).toEqual({ type: 'state', pollId: id, epoch: 2, state: 'open', edition: 1 })
        await api().resetPoll(id, { epoch: 1 })
        await expectNothingBefore(watcher, id, 2)
        await watcher.close()
      }
    })

    it('a reset hides after-vote results from who had voted', async () => {
      const { id } = await createPoll(running(), { showResults: 'after-vote' })
      const voter = await newVoter(running())
      const call = createHttpClient(running().origin)
      await call('PUT', `/polls/${id}/vote`, { token: voter.token, body: { voteId: 'v', choices: [1] } })
      const watcher = await startWatching(running(), wire, id, voter)
      expect(watcher.answer.poll.results).toMatchObject({ voters: 1 })
      await api().resetPoll(id, { epoch: 1 })
      expect(await watcher.take('state')).toMatchObject({ epoch: 2 })
      await vote(id, 'bob')
      await expectNothingBefore(watcher, id, 2)
      await watcher.close()
    })

    it('a deletion is told once, and nothing after it', async () => {
      const { id } = await createPoll(running())
      const watcher = await watch(id)
      const call = createHttpClient(running().origin)
      expect(await call('DELETE', `/polls/${id}`, { token: adminKey })).toMatchObject({ status: 204, body: '' })
      const { code, pollId } = await watcher.take('error')
      expect({ code, pollId }).toEqual({ code: 'POLL_NOT_FOUND', pollId: id })
      expect((await call('GET', `/polls/${id}`)).status).toBe(404)
      await expect(vote(id, 'ada')).rejects.toMatchObject({ code: 'POLL_NOT_FOUND' })
      await expect(watch(id)).rejects.toThrow()
      expect(watcher.untaken).toEqual([])
      await watcher.close()
    })

    it('opening by time reaches who sees results and who does not, once each', async () => {
      for (const showResults of ['always', 'after-vote']) {
        const { id } = await createPoll(running(), { opensAt: inAnHour(), showResults })
        const watcher = await watch(id)
        expect(watcher.answer.poll.state).toBe('scheduled')
        await api().editPoll(id, { opensAt: new Date(Date.now() + 500).toISOString() })
        const opened = await watcher.takeEither('results', 'state', (frame) => frame.state === 'open')
        expect(opened).toMatchObject({ type: showResults === 'always' ? 'results' : 'state', edition: 2 })
        if (watcher.untaken.length > 0)
          await watcher.takeEither('results', 'state', (frame) => frame.state === 'scheduled')
        await expectNothingBefore(watcher, id, 3)
        await watcher.close()
      }
    })

    it('closing by time reaches them once, also when a reader has met it first', async () => {
      const { id } = await createPoll(running(), { showResults: 'after-close' })
      const watcher = await watch(id)
      await api().editPoll(id, { closesAt: new Date(Date.now() + 1500).toISOString() })
      await watcher.take('state')
      await vi.waitUntil(async () => (await api().getPoll(id)).state === 'closed', { timeout: 10_000, interval: 1 })
      expect(await watcher.take('results')).toMatchObject({ state: 'closed', edition: 2 })
      await expectNothingBefore(watcher, id, 3)
      await watcher.close()
    })

    it('how many watch comes with results, never by itself', async () => {
      const { id } = await createPoll(running())
      const [one, other] = [await watch(id), await watch(id)]
      expect([one.answer.watching, other.answer.watching]).toEqual([1, 2])
      await vote(id, 'ada')
      for (const socket of [one, other])
        expect(await socket.take('results', ofVersion(1))).toMatchObject({ watching: 2 })
      await other.close()
      await vi.waitFor(async () => {
        await using late = await disposable(watch(id))
        expect(late.watcher.answer.watching).toBe(2)
      })
      await vi.waitFor(async () => {
        await vote(id, 'ada', [2])
        expect((await one.take('results')).watching).toBe(1)
      })
      expect(one.untaken.filter((message: ServerMessage) => message.type !== 'results')).toEqual([])
      await one.close()
    })
  })
}

async function disposable(opening: Promise<PollWatcher>) {
  const watcher = await opening
  return { watcher, [Symbol.asyncDispose]: () => watcher.close() }
}
