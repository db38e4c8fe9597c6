import { decodeClientMessage, type ServerMessage, type VoteReply } from '@live-poll/client-sdk/protocol'

/** A callback of a client's. */
export type Acknowledge = (answer: ServerMessage) => void

/** The callbacks that came with the votes of one socket, until they are called. */
export interface Acknowledgements {
  /**
   * Keeps the callback that came with a message for its answer: `voted`, `rejected`, or an `error` at once. What is
   * answered by anything else has no use for one.
   * @param read what has the message answered, now or later
   */
  expect(text: string, acknowledge: Acknowledge, read: () => void): void
  /** @returns whether a callback has waited for this answer, and has got it */
  give(answer: ServerMessage): boolean
}

export function createAcknowledgements(): Acknowledgements {
  /** Of votes. An id may be sent again before it is answered, and is answered as often. */
  const waiting = new Map<string, Acknowledge[]>()
  /** Of the message that is being read, if it is no vote. */
  let asking: Acknowledge | undefined

  function take(answer: ServerMessage): Acknowledge | undefined {
    if (answer.type === 'error') {
      const asked = asking
      asking = undefined
      return asked
    }
    if (answer.type !== 'voted' && answer.type !== 'rejected') return undefined
    const key = keyOf(answer)
    const callbacks = waiting.get(key)
    const first = callbacks?.shift()
    if (callbacks?.length === 0) waiting.delete(key)
    return first
  }

  return {
    expect(text, acknowledge, read) {
      const vote = idsOf(text)
      if (!vote) asking = acknowledge
      else {
        const key = keyOf(vote)
        const callbacks = waiting.get(key)
        if (callbacks) callbacks.push(acknowledge)
        else waiting.set(key, [acknowledge])
      }
      read()
      asking = undefined
    },
    give(answer) {
      const acknowledge = take(answer)
      acknowledge?.(answer)
      return acknowledge !== undefined
    },
  }
}

/** Of a vote that will be answered by its ids, if it is one. */
function idsOf(text: string): VoteReply | undefined {
  const decoded = decodeClientMessage(text)
  if (!decoded.ok) return decoded.reply
  return decoded.value.type === 'vote' ? decoded.value : undefined
}

function keyOf({ voteId, pollId }: VoteReply): string {
  return `${pollId}/${voteId}`
}
