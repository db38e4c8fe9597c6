import { type ChooseBallot, type Issue, limits, type ShowResults, type VoterRule } from '@live-poll/client-sdk/protocol'
import type { ImageUse } from './poll-images.ts'
import { readChoices, readImage, type WrittenChoice } from './read-choices.ts'
import {
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

/** A choice that is to be added. */
export interface NewChoice {
  /** '' only with a picture that has an `alt`. */
  readonly label: string
  readonly image?: ImageUse
}

/** A poll as an organizer asked for it, checked and with its defaults. */
export interface NewPoll {
  readonly question: string
  /** Of the question. */
  readonly image?: ImageUse
  readonly choices: readonly NewChoice[]
  readonly ballot: ChooseBallot
  readonly showResults: ShowResults
  readonly minVoters: number | null
  readonly canChange: boolean
  readonly voters: readonly VoterRule[]
  readonly needsCaptcha: boolean
  readonly isPrivate: boolean
  readonly boxes: number
  readonly opensAt: Date | null
  readonly closesAt: Date | null
}

export type PollInputResult =
  | { readonly ok: true; readonly poll: NewPoll }
  | { readonly ok: false; readonly issues: readonly Issue[] }

/** The fields of a poll that an organizer may set. */
export const pollFields: ReadonlySet<string> = new Set([
  ...['question', 'image', 'choices', 'ballot', 'boxes'],
  ...['showResults', 'minVoters', 'canChange', 'opensAt', 'closesAt'],
  ...['voters', 'needsCaptcha', 'isPrivate'],
])

/**
 * Checks the body of `POST /polls` and lists everything that is wrong with it at once.
 * An unknown field is an issue: for an organizer a misspelt rule must not pass in silence.
 */
export function readPollInput(input: unknown): PollInputResult {
  const result = readObject(input, pollFields, (object, complain): NewPoll => {
    const { showResults = 'always', minVoters = null, canChange = true, boxes = 1 } = object
    const { opensAt = null, closesAt = null } = object
    const { voters = 'anyone', needsCaptcha = false, isPrivate = false } = object
    const question = readQuestion(object.question, complain)
    const image = readImage(object.image, 'image', complain)
    const choices = readChoices(object.choices, false, complain).map(toNewChoice)
    const poll = {
      question,
      ...(image && { image }),
      choices,
      ballot: readBallotRules(object.ballot, choices.length || limits.maxChoices, complain),
      showResults: readShowResults(showResults, complain),
      minVoters: readMinVoters(minVoters, complain),
      canChange: readFlag(canChange, 'canChange', complain),
      voters: readVoters(voters, complain),
      needsCaptcha: readFlag(needsCaptcha, 'needsCaptcha', complain),
      isPrivate: readFlag(isPrivate, 'isPrivate', complain),
      opensAt: readTime(opensAt, 'opensAt', complain),
      closesAt: readTime(closesAt, 'closesAt', complain),
      boxes: readBoxes(boxes, complain),
    }
    if (poll.opensAt && poll.closesAt && poll.closesAt <= poll.opensAt) complain('closesAt', 'Close after opening.')
    return poll
  })
  return result.ok ? { ok: true, poll: result.value } : result
}

function toNewChoice({ label, image }: WrittenChoice): NewChoice {
  return image ? { label, image } : { label }
}
