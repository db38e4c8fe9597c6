import { errors } from '@live-poll/client-sdk/protocol'
import { describe, expect, it } from 'vitest'
import { adminKey } from '../admin-key.ts'
import { createHttpClient } from '../http-client.ts'
import type { ChannelServerName } from '../listeners.ts'
import type { RunningLivePoll } from '../start-live-poll.ts'
import { cast, createPoll, readResults, visit, visitAsRelay, visitAsVoter } from './channel-visitor.ts'

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString()

/** Votes on the channel, and every reason to reject one, over one WebSocket server. */
export function describeChannelVotes(server: ChannelServerName, running: () => RunningLivePoll): void {
  const standing = { voteId: 'first', choices: [1], revision: 1 }

  describe(`on ${server}`, () => {
    it('are answered by what was committed, and nothing else', async () => {
      const { id } = await createPoll(running())
      const socket = await visitAsVoter(running(), server)
      const first = { voteId: 'v-1', choices: [1], revision: 0, epoch: 1 }
      expect(await cast(socket, id, first)).toEqual({ type: 'voted', voteId: 'v-1', pollId: id, revision: 1, epoch: 1 })
      expect(await cast(socket, id, first), 'the same again').toEqual({
        ...{ type: 'voted', voteId: 'v-1', pollId: id, revision: 1, epoch: 1 },
        duplicate: true,
      })
      const change = { voteId: 'v-2', choices: [2], revision: 1 }
      expect(await cast(socket, id, change)).toEqual({
        type: 'voted',
        voteId: 'v-2',
        pollId: id,
        revision: 2,
        epoch: 1,
      })
      expect(await readResults(running(), id)).toMatchObject({ votes: [0, 1], voters: 1 })
      const retraction = { voteId: 'v-3', choices: null, revision: 2 }
      expect(await cast(socket, id, retraction)).toMatchObject({ type: 'voted', revision: 3 })
      expect(await readResults(running(), id)).toMatchObject({ votes: [0, 0], voters: 0 })
      expect(await socket.settle()).toEqual([])
      await socket.close()
    })

    // The poll, the vote (after a first one, where `after` says so), and what comes with the code.
    it.each([
      ['POLL_NOT_FOUND', {}, { pollId: 'p_nowhere' }, false, {}],
      [
        'INVALID',
        {},
        { choices: [9] },
        false,
        { issues: [{ path: 'choices', message: 'This poll has no choice 9.' }] },
      ],
      ['INVALID', {}, { choices: [1, 2] }, false, { issues: [{ path: 'choices', message: 'Choose 1.' }] }],
      ['INVALID', {}, { choices: [] }, false, { issues: [{ path: 'choices', message: 'Choose 1.' }] }],
      ['INVALID', {}, { voter: 'ada' }, false, { issues: [{ path: 'voter', message: expect.any(String) }] }],
      ['EPOCH_CHANGED', {}, { epoch: 2 }, false, { epoch: 1 }],
      ['POLL_NOT_OPEN', { opensAt: inAnHour() }, {}, false, {}],
      ['POLL_CLOSED', { closesAt: '2020-01-01T00:00:00Z' }, {}, false, {}],
      ['NOT_FOUND', {}, { choices: null }, false, {}],
      ['REVISION_CONFLICT', {}, { revision: 4 }, false, { revision: 0 }],
      ['REVISION_CONFLICT', {}, { revision: 0 }, true, { revision: 1, vote: standing }],
      ['ALREADY_VOTED', { canChange: false }, {}, true, { revision: 1, vote: standing }],
      ['VOTE_ID_REUSED', {}, { voteId: 'first', choices: [2] }, true, { revision: 1 }],
    ] as const)('are rejected with %s: %j, %j', async (code, fields, vote, after, details) => {
      const { id } = await createPoll(running(), fields)
      const socket = await visitAsVoter(running(), server)
      if (after) await cast(socket, id, { voteId: 'first' })
      const sent = { voteId: 'v', ...vote }
      expect(await cast(socket, id, sent)).toEqual({
        type: 'rejected',
        voteId: sent.voteId,
        pollId: 'pollId' in vote ? vote.pollId : id,
        code,
        message: code === 'INVALID' ? expect.any(String) : errors[code].message,
        ...details,
      })
      await socket.close()
    })

    it('of a visitor without credentials are rejected', async () => {
      const { id } = await createPoll(running())
      const socket = await visit(running(), server)
      expect(await cast(socket, id, { voteId: 'v' })).toEqual({
        ...{ type: 'rejected', voteId: 'v', pollId: id, code: 'UNAUTHENTICATED' },
        message: errors.UNAUTHENTICATED.message,
      })
      await socket.close()
    })

    it('after the close are rejected, and repeats of those before it are not', async () => {
      const { id } = await createPoll(running())
      const socket = await visitAsVoter(running(), server)
      await cast(socket, id, { voteId: 'v' })
      await createHttpClient(running().origin)('POST', `/polls/${id}/close`, { token: adminKey })
      expect(await cast(socket, id, { voteId: 'v' })).toMatchObject({ type: 'voted', duplicate: true })
      expect(await cast(socket, id, { voteId: 'w' })).toMatchObject({ code: 'POLL_CLOSED' })
      await socket.close()
    })

    describe('on a relay', () => {
      it('are cast for the voters it names, who are named in the answer', async () => {
        const { id } = await createPoll(running())
        const socket = await visitAsRelay(running(), server)
        const names = ['ada', 'Ünïcode 昼 👩‍👩‍👧', 'a "quoted" \\ one', 'x'.repeat(200)]
        for (const voter of names) {
          expect(await cast(socket, id, { voteId: `v-${names.indexOf(voter)}`, voter })).toEqual({
            ...{ type: 'voted', voteId: `v-${names.indexOf(voter)}`, pollId: id, revision: 1, epoch: 1 },
            voter,
          })
        }
        expect(await cast(socket, id, { voter: 'ada', choices: [2] })).toMatchObject({ revision: 2, voter: 'ada' })
        expect(await readResults(running(), id)).toMatchObject({ votes: [3, 1], voters: 4 })
        await socket.close()
      })

      it('are rejected when they name nobody', async () => {
        const { id } = await createPoll(running())
        const socket = await visitAsRelay(running(), server)
        expect(await cast(socket, id)).toMatchObject({ type: 'rejected', code: 'INVALID', issues: [{ path: 'voter' }] })
        await socket.close()
      })

      it('are not bound to a rate: a thousand at once are all counted', async () => {
        const { id } = await createPoll(running())
        const socket = await visitAsRelay(running(), server)
        const answers = Array.from({ length: 1000 }, (_, n) =>
          cast(socket, id, { voter: `user-${n}`, choices: [1 + (n % 2)] }),
        )
        for (const answer of await Promise.all(answers)) expect(answer.type).toBe('voted')
        expect(await readResults(running(), id)).toMatchObject({ votes: [500, 500], voters: 1000 })
        await socket.close()
      })

      it('may watch as well, and see no vote of their own', async () => {
        const { id } = await createPoll(running())
        const socket = await visitAsRelay(running(), server)
        await cast(socket, id, { voter: 'ada' })
        socket.send({ type: 'watch', pollId: id })
        expect(await socket.take('poll')).toMatchObject({ poll: { id, results: { voters: 1 } }, vote: null })
        await socket.close()
      })
    })
  })
}
