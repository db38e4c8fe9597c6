import { limits } from './limits.ts'
import type { VoteMessage } from './messages.ts'

const counter = String.raw`(0|[1-9]\d{0,14})`

/** A vote as `encode` writes it, for one choice, of a voter whose name needs no care. */
const usual = new RegExp(
  String.raw`^\{"type":"vote","voteId":"([\w.:-]{1,${limits.voteIdLength}})","pollId":"([\w-]{1,${limits.pollIdLength}})"` +
    String.raw`,"choices":\[([1-9]\d{0,3})\](?:,"revision":${counter})?(?:,"epoch":${counter})?` +
    String.raw`(?:,"voter":"([\w.:@+-]{1,${limits.voterLength}})")?\}$`,
)

/**
 * Reads the one message that comes by the hundred thousand, in a third of the time that it takes to parse it and look at
 * each of its fields.
 *
 * @returns undefined where it is written in any other way, or is another message: `decodeClientMessage` finds out which
 */
export function readUsualVote(text: string): VoteMessage | undefined {
  const found = usual.exec(text)
  if (!found) return undefined
  const [, voteId = '', pollId = '', choice, revision, epoch, voter] = found
  return {
    type: 'vote',
    voteId,
    pollId,
    choices: [Number(choice)],
    revision: read(revision),
    epoch: read(epoch),
    voter,
  }
}

function read(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits)
}
