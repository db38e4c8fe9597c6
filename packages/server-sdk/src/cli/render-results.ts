import type { Poll } from '@live-poll/client-sdk/protocol'

export interface Look {
  /** Of the terminal. */
  readonly columns: number
  /** Of the terminal; choices that have no room are counted in the last line. */
  readonly rows: number
  readonly isColoured: boolean
}

const plain: Look = { columns: 80, rows: Number.POSITIVE_INFINITY, isColoured: false }

/** What is not about choices: question, state, an empty line, and the one that says how many are left out. */
const otherRows = 4

/** Characters of a bar. */
const [shortest, longest] = [8, 40]

/** A poll's results with bars, a choice a line. A label stands last: nothing has to line up behind it. */
export function renderBars(poll: Poll, { columns, rows, isColoured }: Look = plain): readonly string[] {
  const paint = (code: number, text: string) => (isColoured ? `\u001b[${code}m${text}\u001b[0m` : text)
  const { votes = [], voters = 0 } = poll.results ?? {}
  const width = Math.max(shortest, Math.min(longest, Math.floor(columns / 2)))
  const digits = Math.max(1, ...votes.map((count) => String(count).length))
  const shown = poll.choices.slice(0, Math.max(1, rows - otherRows))
  const lines = shown.map(({ label, image }, index) => {
    const count = votes[index] ?? 0
    const share = voters > 0 ? count / voters : 0
    const bar = '█'.repeat(Math.round(share * width)).padEnd(width)
    const percent = `${Math.round(share * 100)}%`.padStart(4)
    return `${percent} ${paint(36, bar)} ${String(count).padStart(digits)}  ${toPlain(label || image?.alt || '')}`
  })
  const left = poll.choices.length - shown.length
  return [
    paint(1, toPlain(poll.question)),
    paint(2, `${poll.state}, ${inWords(voters)}`),
    '',
    ...lines,
    ...(left > 0 ? [paint(2, `and ${left} more`)] : []),
  ]
}

/** The same in one line, for a file or a pipe. */
export function renderLine(poll: Poll): string {
  if (!poll.results) return poll.state
  const { votes, voters } = poll.results
  const counts = poll.choices.map(
    ({ label, image }, index) => `${toPlain(label || image?.alt || '')} ${votes[index] ?? 0}`,
  )
  return `${poll.state}, ${inWords(voters)}: ${counts.join(', ')}`
}

function inWords(voters: number): string {
  return voters === 1 ? '1 voter' : `${voters} voters`
}

/** What another server calls a label must not move the cursor. */
function toPlain(text: string): string {
  return text.replace(/\p{Cc}/gu, '')
}
