import type { ChooseBallot, ShowResults } from '@live-poll/client-sdk/protocol'

/** A choice as an edit wants it: one that is there, or a new one. */
export interface EditedChoice {
  /** Undefined: to be added. */
  readonly id: number | undefined
  readonly label: string
}

/** An edit whose shape is checked; whether the poll can take it is for `decideEdit`. Undefined: stays as it is. */
export interface CheckedEdit {
  readonly question?: string
  readonly choices?: readonly EditedChoice[]
  readonly ballot?: ChooseBallot
  readonly showResults?: ShowResults
  readonly minVoters?: number | null
  readonly canChange?: boolean
  readonly opensAt?: Date | null
  readonly closesAt?: Date | null
  readonly boxes?: number
}
