import { describe, expect, it } from 'vitest'
import { createHttpClient } from '../http-client.ts'
import type { ChannelServerName } from '../listeners.ts'
import type { RawSocket } from '../raw-socket.ts'
import type { RunningLivePoll } from '../start-live-poll.ts'
import { cast, createPoll, newVoter, readResults, visit } from './channel-visitor.ts'

/** Frames on one connection: within the burst that the default limits allow. */
const each = 10

/** 100 casts by one voter at once, as raw frames on ten connections, over one or more WebSocket servers. */
export function describeConcurrentCasts(servers: readonly ChannelServerName[], running: () => RunningLivePoll): void {
  describe(`100 casts by one voter at once, over ${servers.join(' and ')}`, () => {
    it.each([
      ['changes off, no revision', false, {}, { voted: 1, ALREADY_VOTED: 99 }, 1],
      ['changes on, no revision', true, {}, { voted: 100 }, 100],
      ['changes on, revision 0', true, { revision: 0 }, { voted: 1, REVISION_CONFLICT: 99 }, 1],
      ['changes off, revision 0', false, { revision: 0 }, { voted: 1, ALREADY_VOTED: 99 }, 1],
    ])('%s', async (_, canChange, fields, answers, last) => {
      const { id } = await createPoll(running(), { canChange })
      const { ticket, token } = await newVoter(running())
      const sockets: RawSocket[] = []
      for (let index = 0; index < 10; index++) {
        const server = servers[index % servers.length] ?? 'ws'
        sockets.push(await visit(running(), server, { ticket }))
      }
      const casts = sockets.flatMap((socket, s) =>
        Array.from({ length: each }, (_, n) => cast(socket, id, { voteId: `v-${s}-${n}`, ...fields })),
      )
      const counts: Record<string, number> = {}
      const revisions: number[] = []
      for (const answer of await Promise.all(casts)) {
        const kind = answer.type === 'voted' ? 'voted' : answer.code
        counts[kind] = (counts[kind] ?? 0) + 1
        if (answer.type === 'voted') revisions.push(answer.revision)
      }
      expect(counts).toEqual(answers)
      expect(new Set(revisions).size, 'a revision of its own for each').toBe(revisions.length)
      expect(Math.max(...revisions)).toBe(last)
      const own = await createHttpClient(running().origin)('GET', `/polls/${id}/vote`, { token })
      expect(own.body).toMatchObject({ revision: last })
      expect(await readResults(running(), id)).toMatchObject({ votes: [1, 0], voters: 1 })
      await Promise.all(sockets.map((socket) => socket.close()))
    })

    it('100 repeats of one vote', async () => {
      const { id } = await createPoll(running())
      const { ticket } = await newVoter(running())
      const sockets = await Promise.all(
        Array.from({ length: 10 }, (_, index) => visit(running(), servers[index % servers.length] ?? 'ws', { ticket })),
      )
      // One answer for each frame: the same vote id on one connection, so they are counted, not matched one by one.
      const answers = sockets.flatMap((socket) =>
        Array.from({ length: each }, () => cast(socket, id, { voteId: 'same' })),
      )
      const voted = await Promise.all(answers)
      expect(voted.filter((answer) => answer.type === 'voted' && !answer.duplicate)).toHaveLength(1)
      expect(voted.filter((answer) => answer.type === 'voted' && answer.duplicate)).toHaveLength(99)
      expect(await readResults(running(), id)).toMatchObject({ votes: [1, 0], voters: 1, version: 1 })
      await Promise.all(sockets.map((socket) => socket.close()))
    })
  })
}
