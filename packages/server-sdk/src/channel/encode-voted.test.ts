import { encode, type VotedMessage } from '@live-poll/client-sdk/protocol'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { encodeVoted } from './encode-voted.ts'

const id = fc.stringMatching(/^[A-Za-z0-9.:_-]{1,64}$/)
const whole = fc.integer({ min: 0 })

it('reads as what the codec writes, whatever a voter is called', () => {
  const message = fc.record<VotedMessage>(
    {
      type: fc.constant('voted'),
      pollId: id,
      voteId: id,
      revision: whole,
      epoch: whole,
      duplicate: fc.constant(true),
      voter: fc.string({ unit: 'grapheme' }),
    },
    { requiredKeys: ['type', 'pollId', 'voteId', 'revision', 'epoch'] },
  )
  fc.assert(
    fc.property(message, (voted) => {
      expect(JSON.parse(encodeVoted(voted))).toEqual(JSON.parse(encode(voted)))
    }),
  )
})
