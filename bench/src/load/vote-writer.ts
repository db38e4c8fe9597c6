import { writeDigits } from './digits.ts'
import { clientFrame } from './frames.ts'
import type { VoteProtocol } from './vote-protocols.ts'

/** Votes that a load generator casts, by their number: each has a voter of its own, or takes turns with `voters` others. */
export interface Electorate {
  readonly polls: readonly string[]
  /** How many there are; beyond them, votes are changes of votes, nine for each voter at most. @default one a vote */
  readonly voters?: number
}

/** Numbers of votes begin here, so that all have as many digits. */
export const firstNumber = 1_000_000_000

export interface VoteWriter {
  /** Bytes of a frame: each has as many. */
  readonly size: number
  /** Writes the frame of a vote into a buffer. @param vote from 0 on */
  write(bytes: Buffer, at: number, vote: number): void
}

/** Writes votes without making garbage: a frame is a copy of a template, with a few digits changed. */
export function createVoteWriter(
  protocol: VoteProtocol,
  { polls, voters = Number.POSITIVE_INFINITY }: Electorate,
): VoteWriter {
  const pollBytes = polls.map((poll) => Buffer.from(poll))
  const [first = Buffer.from('none')] = pollBytes
  if (pollBytes.some((bytes) => bytes.length !== first.length)) throw new Error('Ids of polls differ in length.')
  const slots = {
    id: '#'.repeat(10),
    voter: '@'.repeat(10),
    poll: '~'.repeat(first.length),
    choice: '^',
    revision: '%',
  }
  const template = clientFrame(protocol.vote(slots))
  const [id, voter, poll, choice, revision] = [
    ...[slots.id, slots.voter, slots.poll, slots.choice, slots.revision].map((slot) => template.indexOf(slot)),
  ] as [number, number, number, number, number]
  first.copy(template, poll)
  if (revision > 0) template[revision] = 48
  const severalPolls = polls.length > 1

  return {
    size: template.length,
    write(bytes, at, vote) {
      template.copy(bytes, at)
      writeDigits(bytes, at + id, firstNumber + vote)
      const turn = vote < voters ? 0 : Math.floor(vote / voters)
      if (turn > 9) throw new Error('A voter has no tenth change.')
      const person = turn === 0 ? vote : vote - turn * voters
      writeDigits(bytes, at + voter, shuffled(person))
      if (revision > 0 && turn > 0) bytes[at + revision] = 48 + turn
      bytes[at + choice] = 49 + ((person + turn) & 3)
      if (severalPolls) (pollBytes[person % pollBytes.length] as Buffer).copy(bytes, at + poll)
    },
  }
}

/** Voters come in no order, as people do; no two numbers below 2^32 give the same one. */
function shuffled(person: number): number {
  return Math.imul(person, 2_654_435_761) >>> 0
}
