import type { VoterInPoll } from '../../ports/ballot-store.ts'

/** Something about each voter of a batch. In two levels: a name put together of both would be made, and hashed, for each look. */
export class VoterMap<T> {
  readonly #polls = new Map<string, Map<string, T>>()

  get({ pollId, voterKey }: VoterInPoll): T | undefined {
    return this.#polls.get(pollId)?.get(voterKey)
  }

  set({ pollId, voterKey }: VoterInPoll, value: T) {
    let voters = this.#polls.get(pollId)
    if (!voters) {
      voters = new Map()
      this.#polls.set(pollId, voters)
    }
    voters.set(voterKey, value)
  }

  /** By (poll, voter), in the order of UTF-16 code units: the one in which all nodes lock rows. */
  sorted(): T[] {
    return sortedByKey(this.#polls).flatMap(sortedByKey)
  }
}

/** Each under its voter; of several the last one. */
export function byVoter<T extends VoterInPoll>(rows: readonly T[]): VoterMap<T> {
  const map = new VoterMap<T>()
  for (const row of rows) map.set(row, row)
  return map
}

/** In the order of UTF-16 code units, which `sort` without a comparison knows by itself, and fastest. */
export function sortedByKey<T>(map: ReadonlyMap<string, T>): T[] {
  return [...map.keys()].sort().map((key) => map.get(key) as T)
}
