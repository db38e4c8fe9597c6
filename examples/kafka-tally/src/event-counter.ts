import type { PollEvent } from '@live-poll/server-sdk'

/** What one poll has come to in its newest epoch. */
export interface Counted {
  readonly epoch: number
  /** By the ids of choices. */
  readonly votes: ReadonlyMap<number, number>
  readonly voters: number
  /** What the poll itself says, once it is closed; later voids change it. */
  readonly final?: { readonly votes: readonly number[]; readonly voters: number }
}

interface Epoch {
  readonly votes: Map<number, number>
  voters: number
  final?: NonNullable<Counted['final']>
}

/** Counts polls by their events. */
export function createEventCounter() {
  const polls = new Map<string, Map<number, Epoch>>()
  const lastOf = new Map<string, PollEvent>()
  const deleted = new Set<string>()

  function epochOf({ pollId, epoch }: PollEvent): Epoch {
    const epochs = polls.get(pollId) ?? new Map<number, Epoch>()
    polls.set(pollId, epochs)
    const counted = epochs.get(epoch) ?? { votes: new Map(), voters: 0 }
    epochs.set(epoch, counted)
    return counted
  }

  function count(epoch: Epoch, choices: readonly number[] | null, by: number) {
    if (choices === null) return
    epoch.voters += by
    for (const id of choices) epoch.votes.set(id, (epoch.votes.get(id) ?? 0) + by)
  }

  return {
    /** Takes an event. One that it has taken before changes nothing: events of a box come in their order. */
    take(event: PollEvent): void {
      const box = `${event.pollId}/${event.box}`
      const last = lastOf.get(box)
      if ((last && !isLater(event, last)) || deleted.has(event.pollId)) return
      lastOf.set(box, event)
      const epoch = epochOf(event)
      if ('before' in event) count(epoch, event.before, -1)
      if (event.type === 'vote.accepted') count(epoch, event.choices, +1)
      if (event.type === 'results.final') epoch.final = event.results
      if (event.type === 'poll.deleted' && polls.delete(event.pollId)) deleted.add(event.pollId)
    },

    /** @returns undefined: nothing is known of it */
    read(pollId: string): Counted | undefined {
      const epochs = polls.get(pollId)
      if (!epochs) return undefined
      const epoch = Math.max(...epochs.keys())
      return { epoch, ...(epochs.get(epoch) as Epoch) }
    },
  }
}

function isLater(event: PollEvent, than: PollEvent): boolean {
  if (event.epoch !== than.epoch) return event.epoch > than.epoch
  if (event.seq !== than.seq) return event.seq > than.seq
  return event.index > than.index
}
