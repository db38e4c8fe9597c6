import { type Issue, limits } from '@live-poll/client-sdk/protocol'
import { type Complain, readFlag, readMoment, readObject, readText } from './read-fields.ts'

/** Which votes: those that fit each of the fields that are there, of which there is one at least. */
export interface VoteFilter {
  readonly voterKeys?: readonly string[]
  /** Any of these. */
  readonly choices?: readonly number[]
  readonly acceptedFrom?: Date
  readonly acceptedBefore?: Date
}

/** A ballot in the box, as far as a filter looks at it. */
export interface CastBallot {
  readonly voterKey: string
  readonly choices: readonly number[]
  readonly acceptedAt: Date
}

export function fitsFilter(filter: VoteFilter, { voterKey, choices, acceptedAt }: CastBallot): boolean {
  if (filter.voterKeys && !filter.voterKeys.includes(voterKey)) return false
  if (filter.choices && !filter.choices.some((id) => choices.includes(id))) return false
  if (filter.acceptedFrom && acceptedAt < filter.acceptedFrom) return false
  return !filter.acceptedBefore || acceptedAt < filter.acceptedBefore
}

/** A void as an organizer asked for it, checked. */
export interface CheckedVoid {
  readonly filter: VoteFilter
  readonly reason: string
  readonly isDryRun: boolean
}

export type VoidInputResult =
  | { readonly ok: true; readonly value: CheckedVoid }
  | { readonly ok: false; readonly issues: readonly Issue[] }

const voidFields: ReadonlySet<string> = new Set(['filter', 'reason', 'isDryRun'])
const filterFields: ReadonlySet<string> = new Set(['voterKeys', 'choices', 'acceptedFrom', 'acceptedBefore'])

/** Checks the body of `POST /polls/:id/void`: a filter that is misspelt, or empty, must not take out every vote. */
export function readVoidInput(input: unknown): VoidInputResult {
  return readObject(input, voidFields, ({ filter, reason, isDryRun = false }, complain) => ({
    filter: readFilter(filter, complain),
    reason: readText(reason, 'reason', limits.reasonLength, complain),
    isDryRun: readFlag(isDryRun, 'isDryRun', complain),
  }))
}

function readFilter(value: unknown, complain: Complain): VoteFilter {
  const result = readObject(value, filterFields, (object, complainOf): VoteFilter => {
    if (Object.keys(object).length === 0) complainOf('', 'Say which votes: by voterKeys, choices or times.')
    const filter = {
      ...('voterKeys' in object && { voterKeys: readVoterKeys(object.voterKeys, complainOf) }),
      ...('choices' in object && { choices: readChoiceIds(object.choices, complainOf) }),
      ...('acceptedFrom' in object && { acceptedFrom: readMoment(object.acceptedFrom, 'acceptedFrom', complainOf) }),
      ...('acceptedBefore' in object && {
        acceptedBefore: readMoment(object.acceptedBefore, 'acceptedBefore', complainOf),
      }),
    }
    const { acceptedFrom, acceptedBefore } = filter
    if (acceptedFrom && acceptedBefore && acceptedFrom >= acceptedBefore) {
      complainOf('acceptedBefore', 'Send a time after acceptedFrom.')
    }
    return filter
  })
  if (result.ok) return result.value
  for (const { path, message } of result.issues) complain(path === '' ? 'filter' : `filter.${path}`, message)
  return {}
}

function readVoterKeys(value: unknown, complain: Complain): readonly string[] {
  if (isListOf(value, limits.voidedKeys, isVoterKey)) return [...new Set(value)].sort()
  complain('voterKeys', `Send 1 to ${limits.voidedKeys} keys of voters, as an export has them.`)
  return []
}

function readChoiceIds(value: unknown, complain: Complain): readonly number[] {
  if (isListOf(value, limits.maxChoices, isChoiceId)) return [...new Set(value)].sort((a, b) => a - b)
  complain('choices', `Send 1 to ${limits.maxChoices} ids of choices.`)
  return []
}

function isListOf<T>(value: unknown, most: number, isItem: (item: unknown) => item is T): value is readonly T[] {
  return Array.isArray(value) && value.length >= 1 && value.length <= most && value.every(isItem)
}

/** 128 bits in base64url. */
function isVoterKey(value: unknown): value is string {
  return typeof value === 'string' && /^[\w-]{22}$/.test(value)
}

function isChoiceId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1
}
