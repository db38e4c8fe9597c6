import { decodeClientMessage, decodeServerMessage } from '@live-poll/client-sdk/protocol'
import type { LivePoll } from '@live-poll/server-sdk'
import type { Answer, PollModel } from './poll-model.ts'
import { createUnrulyLine, type UnrulySocket } from './unruly-line.ts'

interface Question {
  readonly frame: string
  readonly socket: UnrulySocket
}

/** The clients' lines, with the model listening in: each vote frame is cast in the model too, and the answers compared. */
export class LinesUnderTest {
  /** Answers that were not the model's. */
  readonly differences: unknown[] = []
  readonly #model: PollModel
  readonly #livePoll: LivePoll
  readonly #random: () => number
  readonly #asked: Question[] = []
  /** What the model answered, by socket and vote id, in the order in which the frames came. */
  readonly #expected = new Map<UnrulySocket, Map<string, Answer[]>>()
  readonly #closers: (() => void)[] = []
  #unanswered = 0
  #onAnswered = () => {}

  constructor(livePoll: LivePoll, model: PollModel, seed: number) {
    this.#livePoll = livePoll
    this.#model = model
    this.#random = randomFrom(seed)
  }

  /** WebSockets of one voter. */
  webSocketOf(voter: string) {
    const line = createUnrulyLine({
      livePoll: this.#livePoll,
      random: this.#random,
      onSent: (frame, socket) => this.#hear(frame, socket, voter),
      onAnswered: (frame, socket) => this.#compare(frame, socket),
    })
    this.#closers.push(line.detach)
    return line.WebSocket
  }

  /** Gives the server a vote frame of before once more. */
  resend(index: number, isAltered: boolean): void {
    const question = this.#asked[index % this.#asked.length]
    if (!question) return
    const [first] = this.#model.choices
    question.socket.send(
      isAltered ? JSON.stringify({ ...JSON.parse(question.frame), choices: [first] }) : question.frame,
    )
  }

  /** Resolves when every vote frame is answered. */
  async answered(): Promise<void> {
    if (this.#unanswered === 0) return
    await new Promise<void>((resolve) => {
      this.#onAnswered = resolve
    })
  }

  close(): void {
    for (const close of this.#closers) close()
  }

  #hear(frame: string, socket: UnrulySocket, voter: string) {
    const decoded = decodeClientMessage(frame)
    if (!decoded.ok || decoded.value.type !== 'vote') return
    const { voteId, choices, revision, epoch } = decoded.value
    if (!this.#asked.some((question) => question.frame === frame)) this.#asked.push({ frame, socket })
    const answers = this.#expected.get(socket) ?? new Map<string, Answer[]>()
    this.#expected.set(socket, answers)
    answers.set(voteId, [...(answers.get(voteId) ?? []), this.#model.cast({ voteId, voter, choices, revision, epoch })])
    this.#unanswered++
  }

  #compare(frame: string, socket: UnrulySocket) {
    const message = decodeServerMessage(frame)
    if (message?.type !== 'voted' && message?.type !== 'rejected') return
    const expected = this.#expected.get(socket)?.get(message.voteId)?.shift()
    const { revision, epoch } = message
    const answer =
      message.type === 'rejected'
        ? { code: message.code }
        : { revision, epoch, ...(message.duplicate && { duplicate: true }) }
    if (JSON.stringify(answer) !== JSON.stringify(expected)) this.differences.push({ message, expected })
    this.#unanswered--
    if (this.#unanswered === 0) this.#onAnswered()
  }
}

/** Mulberry32: the same numbers for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
