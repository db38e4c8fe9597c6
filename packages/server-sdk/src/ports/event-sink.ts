import type { EventText, PollEvent } from '../domain/poll-event.ts'

/** Somewhere that events of polls are delivered to, at least once. */
export type EventSink = SinkOptions & (TakesEvents | TakesTexts)

interface SinkOptions {
  /** Tells it from other sinks, on every node and after each restart: events wait under this name until it has taken them. */
  readonly name: string
  /** Whether events of a poll come one after the other, or those of each of its boxes. @default 'box' */
  readonly order?: 'box' | 'poll'
  /** Milliseconds: the longest pause after a delivery that has failed. @default 10000 */
  readonly longestPause?: number
  /** Milliseconds after which an event that is not taken is put aside as a dead letter. @default never */
  readonly giveUpAfter?: number
}

interface TakesEvents {
  /**
   * Takes events of one box, or of one poll, in their order, and resolves when they are safe. Called again with the same ones
   * where it rejects, where this node is killed, and where its answer is lost. Not called for a box, or a poll, while it is at
   * events of it, but where it takes so long that another node goes on in its place.
   */
  deliver(events: readonly PollEvent[]): Promise<void>
}

/** One that passes events on as they are: nobody parses them. */
interface TakesTexts {
  /** As `deliver`. */
  deliverTexts(events: readonly EventText[]): Promise<void>
}
