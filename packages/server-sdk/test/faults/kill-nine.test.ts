import { rm } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findDifferences, readBallots, readPublished } from '../../../../examples/minneapolis-replay/src/index.ts'
import { atLength } from '../at-length.ts'
import { makeDataFolder } from '../data-folder.ts'
import type { TestVote } from './cast-over-relay.ts'
import { castUnderKills, castWithoutKills, type KillReport } from './kill-nine.ts'
import { seededRandom } from './seeded-random.ts'

/** Ballots of the election, blank ones among them. */
const all = 80_101

const ballots = atLength('ballots', 12_000, all)
const kills = atLength('kills by SIGKILL', 3, 20)
const seed = Date.now()
console.log(`seed ${seed}`)

let directories: string[]
beforeEach(() => {
  directories = []
})
afterEach(async () => {
  for (const directory of directories) await rm(directory, { recursive: true })
})

test(`the real ballots of an election, with the server killed by SIGKILL ${kills} times`, async () => {
  const election = await readElection()
  const { length, answersAt } = await castWithoutKills({ ...election, directory: await newDirectory() })
  console.log(`unkilled: ${election.votes.length} votes in ${(length / 1000).toFixed(1)} s`)

  const report = await castUnderKills({
    ...election,
    directory: await newDirectory(),
    killAfter: Array.from({ length: kills }, (_, kill) => answersAt((kill + 1) / (kills + 1))),
    repeats: 1000,
    random: seededRandom(seed),
    log: console.log,
  })

  expect(report).toMatchObject({ lost: [], invented: [], notDuplicates: [], wrongResults: [] })
  expect(report.inFlight).toHaveLength(kills)
  expect(Math.min(...report.inFlight)).toBeGreaterThan(0)
  expect(differences(election, report)).toEqual([])
})

test('the same check finds the votes that a server loses which answers before it commits', async () => {
  const election = await readElection()
  const report = await castUnderKills({
    ...election,
    directory: await newDirectory(),
    killAfter: [ballots / 4],
    repeats: 1000,
    random: seededRandom(seed),
    log: console.log,
    variant: '--ack-before-commit',
  })
  console.log(`answered before the commit: ${report.lost.length} acknowledged votes lost`)
  expect(report.lost.length).toBeGreaterThan(0)
  expect(report.notDuplicates.length).toBeGreaterThan(0)
})

interface Election {
  readonly question: string
  readonly labels: readonly string[]
  readonly votes: readonly TestVote[]
  /** Votes by label, as published for all of them, or as counted here for some. */
  readonly expected: ReadonlyMap<string, number>
}

async function readElection(): Promise<Election> {
  const { contest, firstChoices } = await readPublished()
  const labels = [...firstChoices.keys()]
  const votes: TestVote[] = []
  for await (const { row, ranks } of readBallots()) {
    if (row > ballots) break
    if (ranks[0] !== undefined) votes.push({ voteId: `ballot-${row}`, choice: labels.indexOf(ranks[0]) + 1 })
  }
  const counted = labels.map(
    (label, index) => [label, votes.filter(({ choice }) => choice === index + 1).length] as const,
  )
  return { question: contest, labels, votes, expected: ballots === all ? firstChoices : new Map(counted) }
}

function differences({ labels, expected }: Election, { results }: KillReport) {
  return findDifferences(expected, new Map(labels.map((label, index) => [label, results.votes[index] ?? 0])))
}

async function newDirectory(): Promise<string> {
  const directory = await makeDataFolder()
  directories.push(directory)
  return directory
}
