import fc from 'fast-check'
import { expect, it } from 'vitest'
import { vote, voted } from '../../test/vote-messages.ts'
import type { VoteMessage } from '../protocol/messages.ts'
import { createPendingVotes } from './pending-votes.ts'

it('answers every vote exactly once, in each voter’s order, over a line that is cut at any moment', async () => {
  const step = fc.constantFrom('cast', 'cast', 'answer', 'lose the votes', 'lose the answers')
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(step, fc.nat(2)), { maxLength: 60 }), async (steps) => {
      const votes = createPendingVotes()
      const onTheLine: string[] = []
      const committed: string[] = []
      const send = ({ voteId }: VoteMessage) => void onTheLine.push(voteId)
      const receipts: Promise<unknown>[] = []
      const cast: string[] = []
      const answerNext = () => {
        const voteId = onTheLine.shift()
        if (voteId === undefined) return
        if (!committed.includes(voteId)) committed.push(voteId)
        votes.answered(voted(voteId))
      }
      votes.connected(send)
      for (const [name, voter] of steps) {
        if (name === 'cast') {
          cast.push(`${voter}-${cast.length}`)
          receipts.push(votes.cast(vote(cast.at(-1) ?? '', { voter: `${voter}` })))
        } else if (name === 'answer') answerNext()
        else {
          // The line is cut; what was on it had arrived, or had not.
          if (name === 'lose the answers') committed.push(...onTheLine.filter((voteId) => !committed.includes(voteId)))
          onTheLine.length = 0
          votes.disconnected()
          votes.connected(send)
        }
        await Promise.resolve()
      }
      while (votes.size > 0) {
        answerNext()
        await Promise.resolve()
      }
      await Promise.all(receipts)
      for (const voter of ['0', '1', '2']) {
        const own = (ids: string[]) => ids.filter((id) => id.startsWith(`${voter}-`))
        expect(own(committed)).toEqual(own(cast))
      }
    }),
  )
})
