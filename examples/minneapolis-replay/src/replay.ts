import type { PollApi, Relay } from '@live-poll/client-sdk'
import { castFirstChoices } from './cast-first-choices.ts'
import { findDifferences } from './find-differences.ts'
import { first } from './first.ts'
import { createProgress } from './progress.ts'
import type { Arguments } from './read-arguments.ts'
import { readBallots } from './read-ballots.ts'
import { readPublished } from './read-published.ts'

/** Casts the ballots and prints how it went. @returns whether the product's results are what they must be */
export async function replay(given: Arguments, api: PollApi, relay: Relay): Promise<boolean> {
  const { contest, firstChoices } = await readPublished()
  const poll = await api.createPoll({ question: contest, choices: [...firstChoices.keys()] })
  const all = readBallots(given.ballots)
  const published = sum(firstChoices)
  console.log(`${contest}: one vote for the first choice of each ballot`)

  const progress = createProgress(Math.min(given.limit ?? published, published))
  const report = await castFirstChoices({
    relay,
    poll,
    ballots: given.limit === undefined ? all : first(given.limit, all),
    inFlight: given.inFlight,
    onProgress: progress.update,
  }).finally(progress.end)
  const { cast, blank, seconds, acknowledged } = report
  console.log(
    `${number(cast)} votes in ${seconds.toFixed(1)} s, ${number(given.inFlight)} in flight; ${number(blank)} blank ballots`,
  )
  console.log(
    `${number(cast / seconds)} votes/s, acknowledged in p50 ${acknowledged.p50.toFixed(1)} ms, p99 ${acknowledged.p99.toFixed(1)} ms\n`,
  )

  await api.closePoll(poll.id)
  const results = await api.getResults(poll.id)
  const counted = new Map(poll.choices.map(({ label }, index) => [label, results.votes[index] ?? 0]))
  if (given.limit === undefined) return compare(firstChoices, counted, 'the published result')
  const name = `a recount of these ${number(cast + blank)} ballots, which are not the whole published result`
  return compare(report.votes, counted, name)
}

/** Prints both counts side by side. @returns whether they are equal */
function compare(expected: ReadonlyMap<string, number>, counted: ReadonlyMap<string, number>, name: string): boolean {
  const differences = findDifferences(expected, counted)
  console.log(row('candidate', 'expected', 'counted'))
  for (const [candidate, votes] of counted) {
    console.log(row(candidate, number(expected.get(candidate) ?? 0), number(votes)))
  }
  if (differences.length === 0) {
    console.log(`\n${counted.size} candidates, ${number(sum(counted))} votes: equal to ${name}.`)
    return true
  }
  console.log(`\nNOT equal to ${name}:`)
  for (const difference of differences) {
    console.log(`  ${difference.name}: expected ${number(difference.expected)}, counted ${number(difference.counted)}`)
  }
  return false
}

function sum(votes: ReadonlyMap<string, number>): number {
  return [...votes.values()].reduce((total, count) => total + count, 0)
}

function row(name: string, expected: string, counted: string): string {
  return `${name.padEnd(28)} ${expected.padStart(9)} ${counted.padStart(9)}`
}

function number(value: number): string {
  return Math.round(value).toLocaleString('en')
}
