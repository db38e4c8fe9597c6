import { RecentMap } from '../domain/recent-map.ts'

/** What a batch has taken of one box. */
export interface TakenBox<Item> {
  readonly box: BoxQueue<Item>
  readonly items: readonly Item[]
}

/** What waits for one box, in the order in which it came. */
interface BoxQueue<Item> {
  items: Item[]
  /** What batches have of it: one, and one that follows it. */
  readonly inFlight: (readonly Item[])[]
  /** How often in a row its lock was held by someone else. Twice, and it waits in a batch of its own. */
  passedOver: number
}

/** Boxes that are remembered, at least, after their last vote. */
const remembered = 4096

/**
 * Boxes for which something waits, in the order of their turns: one that fills whole batches must not starve the others. Of each,
 * one batch has something at a time, or one of its own and the next.
 */
export class BoxLine<Item> {
  readonly #boxes = new RecentMap<BoxQueue<Item>>(
    remembered,
    ({ items, inFlight }) => inFlight.length + items.length > 0,
  )
  /** Those of which nothing is in flight. */
  #line: BoxQueue<Item>[] = []
  /** Those of which batches of their own are in flight. */
  readonly #alone = new Set<BoxQueue<Item>>()
  readonly #voterOf: (item: Item) => string

  /** @param voterOf whose items must keep their order */
  constructor(voterOf: (item: Item) => string) {
    this.#voterOf = voterOf
  }

  add(name: string, item: Item) {
    let box = this.#boxes.get(name)
    if (!box) {
      box = { items: [], inFlight: [], passedOver: 0 }
      this.#boxes.set(name, box)
    }
    if (box.items.length === 0 && box.inFlight.length === 0) this.#line.push(box)
    box.items.push(item)
  }

  /**
   * Takes what fits, box by box, and of a box all that waits: votes of one box take less work than those of several, and what is
   * left of one would make two batches of several. Only the first has a part taken, when it fills a batch by itself.
   * @param most items
   */
  take(most: number): readonly TakenBox<Item>[] {
    const taken: TakenBox<Item>[] = []
    const left: BoxQueue<Item>[] = []
    let room = most
    let next = 0
    while (room > 0) {
      const box = this.#line[next]
      if (!box || (taken.length > 0 && box.items.length > room)) break
      next++
      const alone = box.passedOver >= 2
      if (alone && taken.length > 0) {
        left.push(box)
        continue
      }
      const items = box.items.length <= room ? box.items : box.items.slice(0, room)
      box.items = box.items.slice(items.length)
      box.inFlight.push(items)
      taken.push({ box, items })
      room -= items.length
      if (alone) break
    }
    this.#line = left.concat(this.#line.slice(next))
    if (taken.length === 1 && taken[0]) this.#alone.add(taken[0].box)
    return taken
  }

  /**
   * Takes what waits for a box of which a batch of its own is in flight, up to the first whose voter is in that: the two may be
   * decided in any order.
   * @param most items
   * @param enough items: fewer wait for the other to end
   * @returns of one box; nothing: of none is there enough
   */
  takeNext(most: number, enough: number): readonly TakenBox<Item>[] {
    for (const box of this.#alone) {
      const [before] = box.inFlight
      if (!before || box.inFlight.length > 1 || box.items.length < enough) continue
      const voters = new Set(before.map(this.#voterOf))
      const first = box.items.findIndex((item) => voters.has(this.#voterOf(item)))
      const count = Math.min(most, first < 0 ? box.items.length : first)
      if (count < enough) continue
      const items = box.items.slice(0, count)
      box.items = box.items.slice(count)
      box.inFlight.push(items)
      return [{ box, items }]
    }
    return []
  }

  /** Its batch is over, and the box goes to the end of the line. @param again what it was passed over with */
  giveBack({ box, items }: TakenBox<Item>, again: readonly Item[]) {
    box.inFlight.splice(box.inFlight.indexOf(items), 1)
    box.passedOver = again.length > 0 ? box.passedOver + 1 : 0
    if (again.length > 0) box.items = [...again, ...box.items]
    if (box.inFlight.length > 0) return
    this.#alone.delete(box)
    if (box.items.length > 0) this.#line.push(box)
  }
}
