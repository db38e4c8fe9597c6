import { Client } from 'pg'
import type { LivePollServer } from '../servers/live-poll.ts'
import { type Contender, castOn, type Figures, toFigures, votingConnections, withServer } from './world.ts'

const million = 1_000_000

/** (g) An empty poll against one with a million votes. */
export const bigPoll: readonly Contender[] = [
  poll('g-empty', 'ours, a poll without votes', 0),
  poll('g-million', 'ours, a poll with a million votes', million),
]

function poll(key: string, title: string, votes: number): Contender {
  return {
    key,
    title,
    measure: (world) =>
      withServer<LivePollServer, Figures>(world, 'live-poll', undefined, async (server, { argument }) => {
        const polls = await server.call('createPolls', 1)
        const [id = ''] = polls
        await fill(argument.postgresUrl, id, votes)
        const reading = await timeReading(await server.call('httpPort', null), id, votes)
        const plan = { protocol: 'livePoll', connections: votingConnections, pace: { depth: 64 } } as const
        return { ...toFigures(await castOn(world, server, polls, plan)), reading }
      }),
  }
}

/** Votes of others, straight into the tables, with the tallies that belong to them. */
async function fill(url: string, pollId: string, votes: number): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  if (votes > 0) {
    const values = [pollId, votes]
    await client.query(
      `insert into live_poll_votes (poll_id, voter_key, choices, revision, vote_id, accepted_at)
       select $1, left(replace(encode(sha256(i::text::bytea), 'base64'), '/', '_'), 22), '[' || i % 4 + 1 || ']', 1,
         'filled-' || i, clock_timestamp()
       from generate_series(1, $2::int) as i`,
      values,
    )
    await client.query(
      `insert into live_poll_tallies (poll_id, box, bucket, votes)
       select $1, 0, choice::text, $2::int / 4 from generate_series(1, 4) as choice
       union all select $1, 0, 'voters', $2::int`,
      values,
    )
    await client.query('update live_poll_boxes set version = version + 1 where poll_id = $1', [pollId])
  }
  await client.query('vacuum analyze live_poll_votes') // as it would have been on the way there
  await client.end()
}

/** @returns milliseconds of the median of many requests for the results, each of which asks the database */
async function timeReading(port: number, pollId: string, votes: number): Promise<number> {
  const times: number[] = []
  for (let request = 0; request < 300; request++) {
    const begun = performance.now()
    const response = await fetch(`http://127.0.0.1:${port}/live-poll/polls/${pollId}/results`)
    const { voters } = (await response.json()) as { voters: number }
    times.push(performance.now() - begun)
    if (voters !== votes) throw new Error(`The poll has ${voters} voters instead of ${votes}.`)
  }
  return times.sort((a, b) => a - b)[times.length >> 1] as number
}
