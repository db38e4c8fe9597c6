import type { VotedMessage } from '@live-poll/client-sdk/protocol'

/**
 * As `encode`, for the one message that is sent by the hundred thousand: its ids hold nothing that JSON escapes (the codec
 * lets nothing else in), but a voter's name may hold anything.
 */
export function encodeVoted({ voteId, pollId, revision, epoch, duplicate, voter }: VotedMessage): string {
  const repeated = duplicate === undefined ? '' : `,"duplicate":${duplicate}`
  const named = voter === undefined ? '' : `,"voter":${JSON.stringify(voter)}`
  return `{"type":"voted","pollId":"${pollId}","voteId":"${voteId}","revision":${revision},"epoch":${epoch}${repeated}${named}}`
}
