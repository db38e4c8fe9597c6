import type { PollEvent } from '@live-poll/server-sdk'

/**
 * Looks for what at-least-once delivery in order rules out: an event that comes a second time as another one, or a first time
 * behind a later one of its box.
 *
 * @returns what is wrong, in words
 */
export function findDisorder(events: readonly PollEvent[]): readonly string[] {
  const wrong: string[] = []
  const known = new Map<string, string>()
  const lastOf = new Map<string, PollEvent>()
  for (const event of events) {
    const text = JSON.stringify(event)
    const first = known.get(event.id)
    if (first !== undefined && first !== text) wrong.push(`${event.id} has changed`)
    if (first !== undefined) continue
    known.set(event.id, text)
    const box = `${event.pollId}/${event.box}`
    const last = lastOf.get(box)
    if (last && !isLater(event, last)) wrong.push(`${event.id} comes after ${last.id}`)
    lastOf.set(box, event)
  }
  return wrong
}

function isLater(event: PollEvent, than: PollEvent): boolean {
  if (event.epoch !== than.epoch) return event.epoch > than.epoch
  if (event.seq !== than.seq) return event.seq > than.seq
  return event.index > than.index
}
