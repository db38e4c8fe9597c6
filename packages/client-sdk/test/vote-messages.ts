import type { OutgoingVote } from '../src/live/pending-votes.ts'
import type { RejectedMessage, VotedMessage } from '../src/protocol/messages.ts'

export function vote(voteId: string, fields: Partial<OutgoingVote> = {}): OutgoingVote {
  return { voteId, pollId: 'lunch', choices: [1], ...fields }
}

export function voted(voteId: string, fields: Partial<VotedMessage> = {}): VotedMessage {
  return { type: 'voted', voteId, pollId: 'lunch', revision: 1, epoch: 1, ...fields }
}

export function rejected(voteId: string, fields: Partial<RejectedMessage> = {}): RejectedMessage {
  return { type: 'rejected', voteId, pollId: 'lunch', code: 'POLL_CLOSED', message: 'This poll is closed.', ...fields }
}
