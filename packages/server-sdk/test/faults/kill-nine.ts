import { performance } from 'node:perf_hooks'
import type { Poll, Results } from '@live-poll/client-sdk/protocol'
import { countBallots } from '../recount.ts'
import { castOverRelay, type TestVote } from './cast-over-relay.ts'
import { startVotingProcess, type VotingProcess } from './start-voting-process.ts'

export interface KillOptions {
  readonly directory: string
  readonly question: string
  readonly labels: readonly string[]
  readonly votes: readonly TestVote[]
  /** How many answers to wait for before each kill, rising. */
  readonly killAfter: readonly number[]
  readonly variant?: '--ack-before-commit'
  /** Accepted votes sent again after each restart. */
  readonly repeats: number
  /** Deterministic numbers in [0, 1). */
  random(): number
  log(line: string): void
}

/** What was found; every list is empty when the promise holds. */
export interface KillReport {
  /** Acknowledged, and not in the database after the restart. */
  readonly lost: string[]
  /** In the database with other choices than were sent, or never sent at all. */
  readonly invented: string[]
  /** Acknowledged, sent again, and not answered as a duplicate. */
  readonly notDuplicates: string[]
  /** Restarts after which the results differed from a recount of the rows. */
  readonly wrongResults: string[]
  /** Votes that were on their way at each kill. */
  readonly inFlight: number[]
  readonly results: Results
}

const window = 2000

/** Casts votes while the server is killed with SIGKILL again and again, and checks the database after each restart. */
export async function castUnderKills(options: KillOptions): Promise<KillReport> {
  const { directory, votes, killAfter, log, variant } = options
  const byId = new Map(votes.map((vote) => [vote.voteId, vote]))
  const sent = new Set<string>()
  const acked = new Set<string>()
  const report = { lost: [], invented: [], notDuplicates: [], wrongResults: [], inFlight: [] } as Omit<
    KillReport,
    'results'
  >

  let server = await startVotingProcess(directory, variant)
  const { id: pollId } = await server.call<Poll>('POST', '/polls', {
    question: options.question,
    choices: options.labels,
  })

  for (const [index, answers] of killAfter.entries()) {
    let kill: Promise<void> | undefined
    const waiting = votes.filter((vote) => !acked.has(vote.voteId))
    await castOverRelay(server, waiting, {
      pollId,
      window,
      onSend: ({ voteId }) => sent.add(voteId),
      onAnswer(answer) {
        if (answer.type === 'voted') acked.add(answer.voteId)
        // Somewhere inside a batch: a random moment within the time a few batches take.
        if (acked.size >= answers) kill ??= afterRandomMoment(options.random(), server)
      },
    })
    await kill
    report.inFlight.push(sent.size - acked.size)

    server = await startVotingProcess(directory, variant)
    await check(server)
    await repeat(server)
    log(`kill ${index + 1}: ${acked.size} acknowledged, ${report.inFlight.at(-1)} on their way`)
  }

  await castOverRelay(
    server,
    votes.filter((vote) => !acked.has(vote.voteId)),
    {
      pollId,
      window,
      onSend: ({ voteId }) => sent.add(voteId),
      onAnswer: (answer) => answer.type === 'voted' && acked.add(answer.voteId),
    },
  )
  await check(server)
  const results = await server.call<Results>('GET', `/polls/${pollId}/results`)
  await server.kill()
  return { ...report, results }

  /** Before anything is sent again. */
  async function check(restarted: VotingProcess) {
    const rows = new Map((await restarted.dump()).map(([voteId, choices, revision]) => [voteId, { choices, revision }]))
    for (const voteId of acked) if (!rows.has(voteId)) report.lost.push(voteId)
    for (const [voteId, { choices, revision }] of rows) {
      const choice = byId.get(voteId)?.choice ?? 0
      if (!sent.has(voteId) || choices !== `[${choice}]` || revision !== 1) report.invented.push(voteId)
    }
    const buckets = countBallots([...rows.values()].map((row) => row.choices))
    const counts = options.labels.map((_, index) => buckets[index + 1] ?? 0)
    const { votes: counted } = await restarted.call<Results>('GET', `/polls/${pollId}/results`)
    if (counted.join() !== counts.join()) report.wrongResults.push(`${counted.join()} instead of ${counts.join()}`)
  }

  /** The unanswered ones under their ids, and acknowledged ones that must be known. */
  async function repeat(restarted: VotingProcess) {
    const known = pick([...acked], options.repeats, options.random)
    const unanswered = [...sent].filter((voteId) => !acked.has(voteId))
    await castOverRelay(
      restarted,
      [...unanswered, ...known].flatMap((voteId) => byId.get(voteId) ?? []),
      {
        pollId,
        window,
        onSend() {},
        onAnswer(answer) {
          if (answer.type === 'voted' && !acked.has(answer.voteId)) acked.add(answer.voteId)
          else if (answer.type !== 'voted' || !answer.duplicate) report.notDuplicates.push(answer.voteId)
        },
      },
    )
  }
}

/**
 * Casts all votes without a kill.
 * @returns its length in ms, and how many answers had come at each hundredth of it
 */
export async function castWithoutKills(
  options: Pick<KillOptions, 'directory' | 'question' | 'labels' | 'votes'>,
): Promise<{ length: number; answersAt: (fraction: number) => number }> {
  const server = await startVotingProcess(options.directory)
  const poll = await server.call<Poll>('POST', '/polls', { question: options.question, choices: options.labels })
  const moments: number[] = []
  const started = performance.now()
  await castOverRelay(server, options.votes, {
    pollId: poll.id,
    window,
    onSend() {},
    onAnswer: () => moments.push(performance.now() - started),
  })
  await server.kill()
  const length = moments.at(-1) ?? 0
  return { length, answersAt: (fraction) => moments.filter((moment) => moment <= length * fraction).length }
}

function afterRandomMoment(random: number, server: VotingProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    setTimeout(() => server.kill().then(resolve, reject), random * 30)
  })
}

function pick<T>(items: readonly T[], count: number, random: () => number): readonly T[] {
  const rest = [...items]
  const picked: T[] = []
  while (picked.length < count && rest.length > 0) picked.push(...rest.splice(Math.floor(random() * rest.length), 1))
  return picked
}
