import { pollError } from '@live-poll/client-sdk/protocol'
import type { PictureCodec } from '../ports/picture-codec.ts'
import { createTurns } from '../results/turns.ts'

/** Pictures decoded at once. Each takes a core, and memory for its pixels; votes want a core, too. */
const atOnce = 2

/** Pictures that wait for their turn, their bytes in memory: some seconds' worth of work. */
const mostWaiting = 16

/** @throws PollError `BUSY` where too many wait; what `encode` throws */
export function encodeInTurns(encode: PictureCodec['encode']): PictureCodec['encode'] {
  const inTurn = createTurns(atOnce)
  let taken = 0
  return async (bytes) => {
    if (taken >= atOnce + mostWaiting) throw pollError('BUSY', { retryAfter: 2000 }, 'Too many pictures are uploaded.')
    taken++
    try {
      return await inTurn(() => encode(bytes))
    } finally {
      taken--
    }
  }
}
