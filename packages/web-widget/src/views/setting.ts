import type { Formats } from '../formats.ts'
import type { LivePollStrings } from '../strings.ts'
import type { Remarks } from '../view.ts'

/** What the voter does on the paper. */
export interface Acts {
  choose(id: number, isOn: boolean): void
  cast(): void
  change(): void
  cancel(): void
  retract(): void
}

/** What an element draws its poll with. */
export interface Setting {
  readonly words: LivePollStrings
  readonly formats: Formats
  /** Undefined until it is known that they are needed and they have come, null where they cannot be loaded. */
  readonly remarks: Remarks | null | undefined
  /** Null where nobody votes: the results alone. */
  readonly acts: Acts | null
  /** The row of each choice by its id, so that one that moves takes its control along. Lit's `repeat` is 0.8 kB. */
  readonly rows: Map<number, HTMLLIElement>
}
