import type { Figures } from '../scenarios/world.ts'
import { claimRows } from './claim-table.ts'
import { figureFormats } from './figure-formats.ts'
import { type Measured, medianFigures, roundsOf } from './medians.ts'

export interface ResultsPage {
  readonly measured: readonly Measured[]
  /** What was changed of machine and databases, and how long each line was measured. */
  readonly limits: readonly string[]
  /** Names of the files in `plots/`, with their titles. */
  readonly plots: ReadonlyMap<string, { readonly title: string }>
}

const scenarios: Readonly<Record<string, string>> = {
  a: 'The ceiling',
  b: 'Ours, on Postgres and Redis',
  c1: 'The typical stack',
  c2: 'The best of that stack',
  d: 'Ours on the `ws` library',
  e: 'Changes of votes',
  f: 'Many polls at once',
  g: 'A poll with a million votes',
  h: 'Results shown to many',
  i: 'Before the first vote',
  j: 'Standing under load',
  k: 'A picture',
}

/** `bench/RESULTS.md` as a whole. */
export function writeResultsPage({ measured, limits, plots }: ResultsPage): string {
  const sections = Object.entries(scenarios).flatMap(([letter, title]) => {
    const own = measured.filter(({ contender: { key } }) => key.split('-')[0] === letter)
    return own.length === 0 ? [] : [`### ${letter}: ${title}`, '', scenarioTable(own), '']
  })
  return [
    '# Results',
    '',
    `Written by \`npm run bench\`: medians of rounds (${roundsOf(measured)}), each of which measures every line once. Ratios are of two lines of one round; absolute figures are this machine's. In brackets: the least and the most of all rounds. [README.md](README.md) says what each line is.`,
    '',
    '## What it shows',
    '',
    markdownTable(['', 'measured', 'wanted', 'met'], claimRows(measured)),
    '',
    ...[...plots].flatMap(([file, { title }]) => [`![${title}](plots/${file})`, '']),
    '## Where it was measured',
    '',
    ...limits.map((limit) => `- ${limit}`),
    '',
    'Both opponents are here to be read and improved: [the typical stack](src/servers/typical-stack.ts), [the best of it](src/servers/best-stack.ts); those that only show results: [ws](src/servers/ws-fan-out.ts), [Socket.IO](src/servers/socket-io-fan-out.ts). [Ours](src/servers/live-poll.ts).',
    '',
    '## All lines',
    '',
    'CPU is microseconds a vote (in h, of the server for each update that reached a viewer; in k, for each answer), of the server with all its threads, of Postgres with all its processes, and of Redis.',
    '',
    ...sections,
  ].join('\n')
}

function scenarioTable(measured: readonly Measured[]): string {
  const names = Object.keys(figureFormats).filter((name) =>
    measured.some(({ rounds }) =>
      rounds.some((figures) => figures[name] !== undefined && (name !== 'refused' || figures[name] > 0)),
    ),
  )
  const rows = measured.map(({ contender, rounds }) => [contender.title, ...names.map((name) => cellOf(name, rounds))])
  return markdownTable(['', ...names.map((name) => figureFormats[name]?.head ?? name)], rows)
}

/** Only rates show how much rounds differ: the rest follows from them. */
function cellOf(name: string, rounds: readonly Figures[]): string {
  const cell = figureFormats[name]?.cell
  const value = medianFigures(rounds)[name]
  if (!cell || value === undefined) return ''
  if (rounds.length === 1 || !['votes', 'delivered', 'answers'].includes(name)) return cell(value)
  const all = rounds.flatMap((figures) => figures[name] ?? [])
  return `${cell(value)} (${cell(Math.min(...all))} - ${cell(Math.max(...all))})`
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, column) => (column === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n')
}
