/**
 * What was used lately, by name. Two maps, of which the older one is dropped as a whole. In a single one, from which entries are
 * taken as fast as they come, V8 makes a new table every so often, and each table points to the next: one that is garbage, but
 * has lived long enough to be collected rarely, keeps all later ones with what they held.
 */
export class RecentMap<V extends object> {
  readonly #most: number
  readonly #isNeeded: (value: V) => boolean
  #young = new Map<string, V>()
  #old = new Map<string, V>()
  /** Entries with which the young ones are the old ones. */
  #full: number

  /**
   * @param most entries that are kept at least, of those used last; twice as many at most, beside those that are needed
   * @param isNeeded whether an entry stays, however long ago it was used
   */
  constructor(most: number, isNeeded: (value: V) => boolean = () => false) {
    this.#most = most
    this.#isNeeded = isNeeded
    this.#full = most
  }

  get(name: string): V | undefined {
    const young = this.#young.get(name)
    if (young) return young
    const old = this.#old.get(name)
    if (old) this.set(name, old)
    return old
  }

  set(name: string, value: V) {
    if (this.#young.size >= this.#full && !this.#young.has(name)) this.#turn()
    this.#young.set(name, value)
  }

  delete(name: string) {
    this.#young.delete(name)
    this.#old.delete(name)
  }

  #turn() {
    const gone = this.#old
    this.#old = this.#young
    this.#young = new Map()
    for (const [name, value] of gone) {
      if (this.#isNeeded(value) && !this.#old.has(name)) this.#young.set(name, value)
    }
    this.#full = Math.max(this.#most, 2 * this.#young.size) // so that a turn costs no more than the entries that led to it
  }
}
