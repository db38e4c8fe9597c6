import { RecentMap } from '../domain/recent-map.ts'

/** What a batch has taken of one box. */
export interface TakenBox<Item> {
  readonly box: BoxQueue<Item>
  readonly items: readonly Item[]
}

/** What waits for one box, in the order in which it came. */
interface BoxQueue<Item> {
  items: Item[]
  inFlight: boolean
  /** How often in a row its lock was held by someone else. Twice, and it waits in a batch of its own. */
  passedOver: number
}

/** Boxes that are remembered, at least, after their last vote. */
const remembered = 4096

/**
 * Boxes for which something waits, in the order of their turns: one that fills whole batches must not starve the others. Of each,
 * one batch has something at a time.
 */
export class BoxLine<Item> {
  readonly #boxes = new RecentMap<BoxQueue<Item>>(remembered, ({ items, inFlight }) => inFlight || items.length > 0)
  /** Those of which nothing is in flight. */
  #line: BoxQueue<Item>[] = []

  add(name: string, item: Item) {
    let box = this.#boxes.get(name)
    if (!box) {
      box = { items: [], inFlight: false, passedOver: 0 }
      this.#boxes.set(name, box)
    }
    if (box.items.length === 0 && !box.inFlight) this.#line.push(box)
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
      box.inFlight = true
      taken.push({ box, items })
      room -= items.length
      if (alone) break
    }
    this.#line = left.concat(this.#line.slice(next))
    return taken
  }

  /** Its batch is over, and the box goes to the end of the line. @param again what it was passed over with */
  giveBack({ box }: TakenBox<Item>, again: readonly Item[]) {
    box.inFlight = false
    box.passedOver = again.length > 0 ? box.passedOver + 1 : 0
    if (again.length > 0) box.items = [...again, ...box.items]
    if (box.items.length > 0) this.#line.push(box)
  }
}
