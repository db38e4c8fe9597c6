import { type ChooseBallot, type Issue, limits, type ShowResults, type VoterRule } from '@live-poll/client-sdk/protocol'
import { textFault, toLine } from './text.ts'
import { parseTime } from './time.ts'

/** Notes what is wrong with a field: where, and what to do about it. */
export type Complain = (path: string, message: string) => void

/**
 * Reads an organizer's JSON object, and lists everything that is wrong with it at once, up to a hundred issues. An unknown
 * field is an issue: a misspelt rule must not pass in silence.
 *
 * @param read reads the fields; what it returns counts only where nothing was complained of
 */
export function readObject<T>(
  input: unknown,
  fields: ReadonlySet<string>,
  read: (object: Record<string, unknown>, complain: Complain) => T,
): { readonly ok: true; readonly value: T } | { readonly ok: false; readonly issues: readonly Issue[] } {
  if (!isRecord(input)) return { ok: false, issues: [{ path: '', message: 'Send a JSON object.' }] }
  const issues: Issue[] = []
  const complain: Complain = (path, message) => {
    if (issues.length < maxIssues) issues.push({ path, message })
  }
  for (const field of Object.keys(input)) if (!fields.has(field)) complain(field, unknownField)
  const value = read(input, complain)
  return issues.length > 0 ? { ok: false, issues } : { ok: true, value }
}

/** An answer is not to be many times the size of what it answers. */
const maxIssues = 100

export const unknownField = 'This field is not known.'

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function readText(value: unknown, path: string, maxLength: number, complain: Complain): string {
  if (typeof value !== 'string') {
    complain(path, 'Send a text.')
    return ''
  }
  const text = toLine(value)
  const fault = textFault(text, maxLength)
  if (fault) complain(path, fault)
  return text
}

export function readQuestion(value: unknown, complain: Complain): string {
  return readText(value, 'question', limits.questionLength, complain)
}

/** @param most choices a ballot can name */
export function readBallotRules(value: unknown, most: number, complain: Complain): ChooseBallot {
  const ballot: ChooseBallot = { kind: 'choose', min: 1, max: 1 }
  if (value === undefined) return ballot
  if (!isRecord(value)) {
    complain('ballot', 'Send {"kind":"choose","min":1,"max":1}.')
    return ballot
  }
  const { kind = 'choose', min = 1, max = 1, ...unknown } = value
  for (const field of Object.keys(unknown)) complain(`ballot.${field}`, unknownField)
  if (kind !== 'choose') complain('ballot.kind', 'This version knows "choose".')
  if (!isCount(min, most)) complain('ballot.min', `Send 1 to ${most}.`)
  else if (!isCount(max, most)) complain('ballot.max', `Send 1 to ${most}.`)
  else if (min > max) complain('ballot.max', 'Send at least min.')
  else return { ...ballot, min, max }
  return ballot
}

function isCount(value: unknown, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most
}

const showResultsValues: readonly unknown[] = [
  'always',
  'after-vote',
  'after-close',
  'organizers',
] satisfies ShowResults[]

export function readShowResults(value: unknown, complain: Complain): ShowResults {
  if (showResultsValues.includes(value)) return value as ShowResults
  complain('showResults', 'Send "always", "after-vote", "after-close" or "organizers".')
  return 'always'
}

export function readMinVoters(value: unknown, complain: Complain): number | null {
  if (value === null || isCount(value, limits.maxMinVoters)) return value
  complain('minVoters', `Send 1 to ${limits.maxMinVoters}, or null.`)
  return null
}

export function readFlag(value: unknown, path: string, complain: Complain): boolean {
  if (typeof value !== 'boolean') complain(path, 'Send true or false.')
  return value === true
}

const voterRules: readonly unknown[] = ['anyone', 'account', 'invitation'] satisfies VoterRule[]

/** One rule, or a list of them. @returns in one order, each once: two equal policies look alike */
export function readVoters(value: unknown, complain: Complain): readonly VoterRule[] {
  const given: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (given.length === 0 || !given.every((rule) => voterRules.includes(rule))) {
    complain('voters', 'Send "anyone", "account", "invitation", or a list of those that a voter must have.')
  } else if (given.length > 1 && given.includes('anyone')) {
    complain('voters', '"anyone" stands alone: leave it out where something is asked for.')
  }
  return voterRules.filter((rule) => given.includes(rule)) as VoterRule[]
}

export function readBoxes(value: unknown, complain: Complain): number {
  if (isCount(value, limits.maxBoxes)) return value
  complain('boxes', `Send 1 to ${limits.maxBoxes}.`)
  return 1
}

export function readTime(value: unknown, path: 'opensAt' | 'closesAt', complain: Complain): Date | null {
  if (value === null) return null
  const time = typeof value === 'string' ? parseTime(value) : undefined
  if (time) return time
  complain(path, 'Send a time such as "2026-12-01T12:00:00Z", or null.')
  return null
}

export function readMoment(value: unknown, path: string, complain: Complain): Date {
  const time = typeof value === 'string' ? parseTime(value) : undefined
  if (!time) complain(path, 'Send a time such as "2026-12-01T12:00:00Z".')
  return time ?? new Date(0)
}
