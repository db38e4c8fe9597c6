import { readDigits } from './digits.ts'

/** Who is answered, and how: what the load generator has to know of a server. */
export interface VoteProtocol {
  readonly path: string
  readonly subprotocol?: string
  /**
   * A vote as text. `slots` stand where each vote differs: the id of the vote, the voter, the poll, the choice and the
   * revision that it replaces.
   */
  vote(slots: VoteSlots): string
  /** @returns the number of the vote that a frame answers; -1 for a frame that answers none */
  answered(bytes: Buffer, start: number, end: number): number
  /** Whether an answer says that the vote is counted. */
  isAccepted(bytes: Buffer, start: number, end: number): boolean
  /** Sent and awaited one after the other when a connection opens, before its first vote. */
  greet(credential: string | null): readonly Step[]
  /** The same for one who only looks on. */
  watch(poll: string): readonly Step[]
  /** Texts that are answered at once, as heartbeats are. */
  readonly replies?: Readonly<Record<string, string>>
  /** The frames that viewers get: how they begin, and what stands before the number that rises with each. */
  readonly update: { readonly prefix: string; readonly version: string }
}

export interface VoteSlots {
  readonly id: string
  readonly voter: string
  readonly poll: string
  readonly choice: string
  readonly revision: string
}

/** Sends a text, if there is one; then waits for a frame that begins like this, if it says how. */
export interface Step {
  readonly send?: string
  readonly until?: string
}

const idPrefix = '00000000-0000-4000-8000-00'

/** Finds the number behind a mark, which nearly always stands where it stood the last time. */
export function numberBehind(mark: string) {
  const bytesOfMark = Buffer.from(mark)
  let known = 0 // offset of the mark
  return (bytes: Buffer, start: number, end: number): number => {
    if (known === 0 || !stands(bytesOfMark, bytes, start + known, end)) {
      const found = bytes.subarray(start, end).indexOf(bytesOfMark) // what lies behind it may be half a megabyte
      if (found < 0) return -1
      known = found
    }
    return readDigits(bytes, start + known + bytesOfMark.length, end)
  }
}

export function beginsWith(text: string) {
  const wanted = Buffer.from(text)
  return (bytes: Buffer, start: number, end: number): boolean => stands(wanted, bytes, start, end)
}

/** Whether some bytes stand at a place. They are few: to call Node for them takes longer. */
function stands(wanted: Buffer, bytes: Buffer, at: number, end: number): boolean {
  if (end - at < wanted.length) return false
  for (let index = 0; index < wanted.length; index++) if (bytes[at + index] !== wanted[index]) return false
  return true
}

const isVoted = beginsWith('{"type":"voted"')

/** Ours, cast by a relay: each connection has votes of many voters. */
const livePoll: VoteProtocol = {
  path: '/live-poll/channel',
  subprotocol: 'live-poll.v1',
  vote: ({ id, voter, poll, choice, revision }) =>
    `{"type":"vote","voteId":"${idPrefix}${id}","pollId":"${poll}","choices":[${choice}],"revision":${revision},"epoch":1,"voter":"user-${voter}"}`,
  answered: numberBehind(idPrefix),
  isAccepted: isVoted,
  greet: (ticket) => [{ send: JSON.stringify({ type: 'hello', ticket }), until: '{"type":"welcome"' }],
  watch: (pollId) => [
    { send: '{"type":"hello"}', until: '{"type":"welcome"' },
    { send: JSON.stringify({ type: 'watch', pollId }), until: '{"type":"poll"' },
  ],
  update: { prefix: '{"type":"results"', version: '"version":' },
}

/** A server that only parses the vote and answers: the same messages, nothing else. */
const bare: VoteProtocol = {
  ...livePoll,
  path: '/',
  greet: () => [],
  watch: (poll) => [{ send: JSON.stringify({ type: 'watch', pollId: poll }), until: '{"type":"poll"' }],
}

const isSocketIoAccepted = (bytes: Buffer, start: number, end: number) =>
  !bytes.subarray(start, end).includes('"error"')

/** Socket.IO 4 on Engine.IO 4, by WebSocket alone. The number of the vote is that of the acknowledgement. */
const socketIo: VoteProtocol = {
  path: '/socket.io/?EIO=4&transport=websocket',
  vote: ({ id, voter, poll, choice }) =>
    `42${id}["vote",{"pollId":"${poll}","userId":"user-${voter}","choice":${choice}}]`,
  answered: (bytes, start, end) =>
    bytes[start] === 0x34 && bytes[start + 1] === 0x33 ? readDigits(bytes, start + 2, end) : -1,
  isAccepted: isSocketIoAccepted,
  greet: () => [{ until: '0' }, { send: '40', until: '40' }],
  watch: (poll) => [{ until: '0' }, { send: '40', until: '40' }, { send: `42["watch","${poll}"]`, until: '42["poll"' }],
  replies: { '2': '3' },
  update: { prefix: '42["results"', version: '"version":' },
}

export const voteProtocols = { livePoll, bare, socketIo } as const
export type ProtocolName = keyof typeof voteProtocols
