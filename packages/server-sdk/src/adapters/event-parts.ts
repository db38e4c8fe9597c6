import type { EventText } from '../domain/poll-event.ts'

/** Cuts events into parts of at most so many, and of so many characters, if they are more than one. */
export function* inParts(
  events: readonly EventText[],
  most: { readonly events: number; readonly characters: number },
): Generator<readonly EventText[]> {
  let part: EventText[] = []
  let characters = 0
  for (const event of events) {
    const isFull = part.length >= most.events || characters + event.json.length > most.characters
    if (part.length > 0 && isFull) {
      yield part
      part = []
      characters = 0
    }
    part.push(event)
    characters += event.json.length
  }
  if (part.length > 0) yield part
}
