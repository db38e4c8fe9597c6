import type { Poll, PollInput } from '@live-poll/client-sdk/protocol'

/** Polls of a server that runs, or of a database: what commands do is the same. */
export interface PollsInReach {
  create(input: PollInput): Promise<Poll>
  open(id: string): Promise<Poll>
  close(id: string): Promise<Poll>
  get(id: string): Promise<Poll>
  /** The poll as it is now, and whenever its results have changed, until the signal aborts. */
  watch(id: string, signal: AbortSignal): AsyncIterable<Poll>
  /** Its page, where there is one. */
  link(id: string): Promise<string | undefined>
}
