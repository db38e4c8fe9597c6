import { type ChooseBallot, type Issue, limits, type ShowResults, type VoterRule } from '@live-poll/client-sdk/protocol'
import type { ImageUse } from './poll-images.ts'
import { pollFields } from './poll-input.ts'
import { readChoices, readImage, type WrittenChoice } from './read-choices.ts'
import {
  type Complain,
  readBallotRules,
  readBoxes,
  readFlag,
  readMinVoters,
  readObject,
  readQuestion,
  readShowResults,
  readTime,
  readVoters,
} from './read-fields.ts'

/**
 * An edit whose shape is checked: as many choices as a poll may have, each once. Whether the poll can take it is for
 * `decideEdit`. Undefined: stays as it is.
 */
export interface CheckedEdit {
  readonly question?: string
  /** Null: none. */
  readonly image?: ImageUse | null
  /** Those without an id are those that look so, else to be added. */
  readonly choices?: readonly WrittenChoice[]
  readonly ballot?: ChooseBallot
  readonly showResults?: ShowResults
  readonly minVoters?: number | null
  readonly canChange?: boolean
  readonly voters?: readonly VoterRule[]
  readonly needsCaptcha?: boolean
  readonly isPrivate?: boolean
  readonly opensAt?: Date | null
  readonly closesAt?: Date | null
  readonly boxes?: number
}

export type PollEditResult =
  | { readonly ok: true; readonly edit: CheckedEdit }
  | { readonly ok: false; readonly issues: readonly Issue[] }

/** Checks the body of `PATCH /polls/:id` as `readPollInput` checks that of a new poll; every field may be left out. */
export function readPollEdit(input: unknown): PollEditResult {
  const result = readObject(input, pollFields, (object, complain): CheckedEdit => {
    const ifGiven = <T>(field: string, read: (value: unknown, complain: Complain) => T): T | undefined =>
      object[field] === undefined ? undefined : read(object[field], complain)
    const flag = (field: string) => ifGiven(field, (value) => readFlag(value, field, complain))
    return {
      question: ifGiven('question', readQuestion),
      image: ifGiven('image', (value) => readImage(value, 'image', complain)),
      choices: ifGiven('choices', (value) => readChoices(value, true, complain)),
      ballot: ifGiven('ballot', (value) => readBallotRules(value, limits.maxChoices, complain)),
      showResults: ifGiven('showResults', readShowResults),
      minVoters: ifGiven('minVoters', readMinVoters),
      canChange: flag('canChange'),
      voters: ifGiven('voters', readVoters),
      needsCaptcha: flag('needsCaptcha'),
      isPrivate: flag('isPrivate'),
      opensAt: ifGiven('opensAt', (value) => readTime(value, 'opensAt', complain)),
      closesAt: ifGiven('closesAt', (value) => readTime(value, 'closesAt', complain)),
      boxes: ifGiven('boxes', readBoxes),
    }
  })
  return result.ok ? { ok: true, edit: result.value } : result
}
