import type { ChooseBallot, ErrorCode, Issue } from '@live-poll/client-sdk/protocol'
import { type PollFacts, pollState } from './poll.ts'
import type { CheckedEdit } from './poll-edit.ts'
import type { ImageUse, ShowsImages } from './poll-images.ts'
import type { NewChoice } from './poll-input.ts'
import { lookOfChoice, type WrittenChoice, wordsIssue } from './read-choices.ts'

/** A choice as an edit makes it. */
export interface EditedChoice extends NewChoice {
  readonly id: number
}

/** A poll as an edit makes it: of pictures that it takes into use, only the database knows more. */
export interface EditedPoll extends Omit<PollFacts, keyof ShowsImages> {
  readonly image?: ImageUse
  readonly choices: readonly EditedChoice[]
}

export type EditDecision =
  | {
      readonly kind: 'edited'
      /** As they are to be written, with plan and edition as before: the store raises them. */
      readonly facts: EditedPoll
      /** Whether a screen must show it, so that the edition rises. */
      readonly isShown: boolean
    }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly issues?: readonly Issue[] }

/**
 * Decides an edit, under the locks of all boxes. A field equal to what is there is no change, so an edit sent again is
 * `unchanged`. Refused, in this order: a choice that is not there `INVALID`; what a closed poll does not take
 * `POLL_CLOSED`; what would change a cast ballot `POLL_HAS_VOTES`; what does not fit together `INVALID`. Each with an
 * issue for every field it is about.
 *
 * @param facts the poll as read under the locks; a due poll has been closed before
 * @param hasVotes whether any ballot is in its boxes
 * @param now the database's clock
 */
export function decideEdit(facts: PollFacts, edit: CheckedEdit, hasVotes: boolean, now: Date): EditDecision {
  const merged = edit.choices && mergeChoices(facts, edit.choices)
  if (merged && merged.issues.length > 0) return refuse('INVALID', merged.issues)
  const { choices, lastChoiceId } = merged ?? facts
  const image = editedImage(facts.image, edit.image)
  const next: EditedPoll = { ...facts, ...withoutUndefined(edit), image, choices, lastChoiceId }
  const change = changesOf(facts, next)
  if (!Object.values(change).includes(true)) return { kind: 'unchanged' }

  const closed = facts.closedAt ? closedIssues(change) : []
  if (closed.length > 0) return refuse('POLL_CLOSED', closed)
  const voted = hasVotes ? hasVotesIssues(change) : []
  if (voted.length > 0) return refuse('POLL_HAS_VOTES', voted)
  const unfit = [...fitIssues(facts, next, edit, now, change)]
  if (unfit.length > 0) return refuse('INVALID', unfit)
  const { boxes: _, ...shown } = change
  return { kind: 'edited', facts: next, isShown: Object.values(shown).includes(true) }
}

function refuse(code: ErrorCode, issues: readonly Issue[]): EditDecision {
  return { kind: 'refused', code, issues }
}

/** Fields that were left out must not overwrite what is there. */
function withoutUndefined({
  choices: _,
  image: __,
  ...edit
}: CheckedEdit): Partial<Omit<CheckedEdit, keyof ShowsImages>> {
  return Object.fromEntries(Object.entries(edit).filter(([, value]) => value !== undefined))
}

/** A picture that is left out stays; null takes it away. */
function editedImage(before: ImageUse | undefined, edited: ImageUse | null | undefined): ImageUse | undefined {
  return edited === undefined ? before : (edited ?? undefined)
}

/** The protocol's; a poll that had this many choices is being used for something else. */
const maxChoiceId = 32_767

/**
 * The choices in the order of the edit. One without an id that looks like one of the poll's, which no other names, is
 * that one: an edit that added it may be sent again. The rest get ids that no choice of this poll ever had.
 */
function mergeChoices(facts: PollFacts, edited: readonly WrittenChoice[]) {
  const issues: Issue[] = []
  const byId = new Map(facts.choices.map((choice) => [choice.id, choice]))
  const free = new Map(byId)
  for (const [index, { id }] of edited.entries()) {
    if (id !== undefined && !free.delete(id)) {
      issues.push({
        path: `choices.${index}.id`,
        message: `This poll has no choice ${id}; leave the id out to add one.`,
      })
    }
  }
  const idOfLook = new Map([...free.values()].map((choice) => [lookOfChoice(choice), choice.id]))
  let { lastChoiceId } = facts
  const choices = edited.map((choice, index): EditedChoice => {
    const id = choice.id ?? idOfLook.get(lookOfChoice(choice)) ?? ++lastChoiceId
    const image = editedImage(byId.get(id)?.image, choice.image)
    const merged = { id, label: choice.label, ...(image && { image }) }
    const issue = byId.has(id) && wordsIssue(merged, `choices.${index}`)
    if (issue) issues.push(issue)
    return merged
  })
  if (lastChoiceId > maxChoiceId) {
    issues.push({ path: 'choices', message: 'This poll has had too many choices; make a new poll.' })
  }
  return { choices, lastChoiceId, issues }
}

type Change = ReturnType<typeof changesOf>

function changesOf(facts: PollFacts, next: EditedPoll) {
  const nextIds = new Set(next.choices.map((choice) => choice.id))
  return {
    question: next.question !== facts.question,
    image: !isSameImage(next.image, facts.image),
    looksOrOrder: !isSameList(facts.choices, next.choices),
    added: next.lastChoiceId !== facts.lastChoiceId,
    removed: facts.choices.some((choice) => !nextIds.has(choice.id)),
    ballot: !isSameBallotRule(next.ballot, facts.ballot),
    showResults: next.showResults !== facts.showResults,
    minVoters: next.minVoters !== facts.minVoters,
    canChange: next.canChange !== facts.canChange,
    voters: next.voters.join() !== facts.voters.join(),
    needsCaptcha: next.needsCaptcha !== facts.needsCaptcha,
    isPrivate: next.isPrivate !== facts.isPrivate,
    opensAt: next.opensAt?.getTime() !== facts.opensAt?.getTime(),
    closesAt: next.closesAt?.getTime() !== facts.closesAt?.getTime(),
    boxes: next.boxes !== facts.boxes,
  }
}

function isSameList(a: readonly EditedChoice[], b: readonly EditedChoice[]): boolean {
  return a.length === b.length && a.every((choice, index) => isSameChoice(choice, b[index]))
}

function isSameChoice(a: EditedChoice, b: EditedChoice | undefined): boolean {
  return a.id === b?.id && a.label === b.label && isSameImage(a.image, b.image)
}

function isSameImage(a: ImageUse | undefined, b: ImageUse | undefined): boolean {
  return a?.id === b?.id && a?.alt === b?.alt
}

function isSameBallotRule(a: ChooseBallot, b: ChooseBallot): boolean {
  return a.kind === b.kind && a.min === b.min && a.max === b.max
}

function closedIssues(change: Change): readonly Issue[] {
  const fields = ['ballot', 'canChange', 'voters', 'needsCaptcha', 'opensAt', 'closesAt', 'boxes'] as const
  const paths = [...(change.added || change.removed ? ['choices'] : []), ...fields.filter((field) => change[field])]
  return paths.map((path) => ({ path, message: 'The poll is closed: its votes are counted. Reset it to change this.' }))
}

function hasVotesIssues(change: Change): readonly Issue[] {
  const issues: Issue[] = []
  if (change.question)
    issues.push({ path: 'question', message: 'Votes answer this question. Reset the poll to ask another.' })
  if (change.removed) issues.push({ path: 'choices', message: 'Votes are in: keep every choice. You may add some.' })
  if (change.ballot) issues.push({ path: 'ballot', message: 'Votes are in that were cast under this rule.' })
  if (change.voters) issues.push({ path: 'voters', message: 'Votes are in of voters who met this rule.' })
  if (change.opensAt) issues.push({ path: 'opensAt', message: 'Votes are in: the poll has opened.' })
  return issues
}

function* fitIssues(facts: PollFacts, next: EditedPoll, edit: CheckedEdit, now: Date, change: Change): Iterable<Issue> {
  const count = next.choices.length
  if (next.ballot.max > count) {
    yield edit.ballot
      ? { path: 'ballot.max', message: `Send 1 to ${count}: the poll has no more choices.` }
      : {
          path: 'choices',
          message: `A ballot may name ${next.ballot.max}: keep as many choices, or change the ballot.`,
        }
  }
  if (change.opensAt && pollState(facts, now) !== 'scheduled') {
    yield { path: 'opensAt', message: 'The poll has opened already.' }
  }
  if (change.closesAt && next.closesAt && next.closesAt <= now) {
    yield { path: 'closesAt', message: 'Send a time that is still to come; to close now, close the poll.' }
  } else if ((change.opensAt || change.closesAt) && next.opensAt && next.closesAt && next.closesAt <= next.opensAt) {
    yield change.closesAt
      ? { path: 'closesAt', message: 'Close after opening.' }
      : { path: 'opensAt', message: 'Open before closing.' }
  }
  if (next.boxes < facts.boxes) {
    yield { path: 'boxes', message: `Boxes are added, never removed: send ${facts.boxes} or more.` }
  }
}
