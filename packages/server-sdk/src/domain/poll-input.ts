import { type ChooseBallot, type Issue, limits, type ShowResults } from '@live-poll/client-sdk/protocol'

/** A poll as an organizer asked for it, checked and with its defaults. */
export interface NewPoll {
  readonly question: string
  readonly labels: readonly string[]
  readonly ballot: ChooseBallot
  readonly showResults: ShowResults
  readonly minVoters: number | null
  readonly canChange: boolean
  readonly boxes: number
  readonly opensAt: Date | null
  readonly closesAt: Date | null
}

export type PollInputResult =
  | { readonly ok: true; readonly poll: NewPoll }
  | { readonly ok: false; readonly issues: readonly Issue[] }

const fields = new Set(['question', 'choices', 'ballot', 'showResults', 'canChange', 'opensAt', 'closesAt'])

/**
 * Checks the body of `POST /polls` and lists everything that is wrong with it at once.
 * An unknown field is an issue: for an organizer a misspelt rule must not pass in silence.
 */
export function readPollInput(input: unknown): PollInputResult {
  if (!isRecord(input)) return { ok: false, issues: [{ path: '', message: 'Send a JSON object.' }] }
  const issues: Issue[] = []
  const complain = (path: string, message: string) => {
    issues.push({ path, message })
  }
  for (const field of Object.keys(input)) if (!fields.has(field)) complain(field, 'This field is not known.')

  const question = readText(input.question, 'question', limits.questionLength, complain)
  const labels = readLabels(input.choices, complain)
  const ballot = readBallot(input.ballot, labels.length, complain)
  const { showResults = 'always', canChange = true } = input
  if (showResults !== 'always') complain('showResults', 'This version shows results always.')
  if (typeof canChange !== 'boolean') complain('canChange', 'Send true or false.')
  const opensAt = readTime(input.opensAt, 'opensAt', complain)
  const closesAt = readTime(input.closesAt, 'closesAt', complain)
  if (opensAt && closesAt && closesAt <= opensAt) complain('closesAt', 'Close after opening.')

  if (issues.length > 0) return { ok: false, issues }
  return {
    ok: true,
    poll: { question, labels, ballot, showResults: 'always', canChange: canChange === true, opensAt, closesAt },
  }
}

type Complain = (path: string, message: string) => void

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Text a screen can show: no control characters (line breaks become spaces), no lone surrogates. */
function readText(value: unknown, path: string, maxLength: number, complain: Complain): string {
  if (typeof value !== 'string') {
    complain(path, 'Send a text.')
    return ''
  }
  const text = value.replace(/[\r\n\t]+/g, ' ').trim()
  if (text === '') complain(path, 'Write something.')
  else if (text.length > maxLength) complain(path, `Write at most ${maxLength} characters.`)
  else if (/[\p{Cc}\p{Cs}]/u.test(text)) complain(path, 'Leave out control characters and broken Unicode.')
  return text
}

function readLabels(value: unknown, complain: Complain): readonly string[] {
  if (!Array.isArray(value) || value.length < limits.minChoices || value.length > limits.maxChoices) {
    complain('choices', `Send ${limits.minChoices} to ${limits.maxChoices} choices.`)
    return []
  }
  const seen = new Set<string>()
  return value.map((choice, index) => {
    const path = `choices.${index}`
    if (isRecord(choice)) {
      for (const field of Object.keys(choice))
        if (field !== 'label') complain(`${path}.${field}`, 'This field is not known.')
    }
    const label = readText(isRecord(choice) ? choice.label : choice, path, limits.labelLength, complain)
    const sameLook = label.normalize('NFKC').toLowerCase()
    if (label !== '' && seen.has(sameLook)) complain(path, 'This choice is there already.')
    seen.add(sameLook)
    return label
  })
}

function readBallot(value: unknown, choiceCount: number, complain: Complain): ChooseBallot {
  const ballot: ChooseBallot = { kind: 'choose', min: 1, max: 1 }
  if (value === undefined) return ballot
  if (!isRecord(value)) {
    complain('ballot', 'Send {"kind":"choose","min":1,"max":1}.')
    return ballot
  }
  const { kind = 'choose', min = 1, max = 1, ...unknown } = value
  for (const field of Object.keys(unknown)) complain(`ballot.${field}`, 'This field is not known.')
  if (kind !== 'choose') complain('ballot.kind', 'This version knows "choose".')
  const isCount = (n: unknown): n is number => Number.isInteger(n) && (n as number) >= 1
  const fits = (n: number) => choiceCount === 0 || n <= choiceCount // without choices there is nothing to fit to
  if (!isCount(min) || !fits(min)) complain('ballot.min', `Send 1 to ${choiceCount || limits.maxChoices}.`)
  else if (!isCount(max) || !fits(max)) complain('ballot.max', `Send 1 to ${choiceCount || limits.maxChoices}.`)
  else if (min > max) complain('ballot.max', 'Send at least min.')
  else return { ...ballot, min, max }
  return ballot
}

/** RFC 3339 with an offset: a time without one means something else on every server. */
const timePattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/
const lastYear = 9999

function readTime(value: unknown, path: string, complain: Complain): Date | null {
  if (value === undefined || value === null) return null
  const time = typeof value === 'string' && timePattern.test(value) ? new Date(value) : undefined
  if (time && !Number.isNaN(time.getTime()) && time.getUTCFullYear() <= lastYear && time.getTime() >= 0) return time
  complain(path, 'Send a time such as "2026-12-01T12:00:00Z", or null.')
  return null
}
