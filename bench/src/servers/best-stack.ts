/**
 * The best that can be written with the same parts, one statement a vote: a prepared upsert that counts in the same
 * statement, and results that go out ten times a second. Ten rows a choice hold its count, so that connections of the
 * pool do not wait for each other's commits.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { Server } from 'socket.io'
import { answerCalls } from '../process/calls.ts'
import { commonCalls, readArgument, type VoteServer } from './common.ts'

const { postgresUrl, redisUrl } = readArgument()
const slots = 64
const pool = new Pool({ connectionString: postgresUrl, max: 10 })
const redis = new Redis(redisUrl, { enableAutoPipelining: true })
await pool.query(`
  create table votes (poll_id text not null, user_id text not null, choice int not null, primary key (poll_id, user_id));
  create table counters (poll_id text not null, choice int not null, slot int not null, votes bigint not null,
    primary key (poll_id, choice, slot)) with (fillfactor = 50)`)

const castVote = {
  name: 'cast-vote',
  text: `with cast_vote as (
      insert into votes values ($1, $2, $3) on conflict do nothing returning 1)
    update counters set votes = votes + 1
    where poll_id = $1 and choice = $3 and slot = $4 and exists (select 1 from cast_vote)`,
}
const readCounters = {
  name: 'read-counters',
  text: 'select choice, sum(votes)::int as votes from counters where poll_id = $1 group by choice order by choice',
}

const app = express()
const server = createServer(app)
const io = new Server(server, { transports: ['websocket'], perMessageDeflate: false, serveClient: false })

async function readResults(pollId: string) {
  const { rows } = await pool.query<{ choice: number; votes: number }>({ ...readCounters, values: [pollId] })
  return { pollId, votes: rows }
}

app.get('/polls/:id/results', async (request, response) => {
  response.json(await readResults(request.params.id))
})

const changed = new Set<string>()
setInterval(async () => {
  const polls = [...changed]
  changed.clear()
  for (const pollId of polls) await redis.publish('results', JSON.stringify(await readResults(pollId)))
}, 100)

const subscriber = redis.duplicate()
await subscriber.subscribe('results')
subscriber.on('message', (_channel, text) => {
  const results = JSON.parse(text) as { pollId: string }
  io.to(results.pollId).emit('results', results)
})

interface Vote {
  readonly pollId: string
  readonly userId: string
  readonly choice: number
}

let turn = 0
io.on('connection', (socket) => {
  socket.on('watch', async (pollId: string) => {
    await socket.join(pollId)
    socket.emit('poll', await readResults(pollId))
  })
  socket.on('vote', async ({ pollId, userId, choice }: Vote, answer: (outcome: object) => void) => {
    try {
      turn = (turn + 1) % slots
      const { rowCount } = await pool.query({ ...castVote, values: [pollId, userId, choice, turn] })
      if (rowCount === 0) return answer({ error: 'You have voted.' })
      changed.add(pollId)
      answer({ ok: true })
    } catch {
      answer({ error: 'Something went wrong.' })
    }
  })
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

const calls: VoteServer = {
  ...commonCalls(),
  port: () => (server.address() as AddressInfo).port,
  async createPolls(count) {
    const ids = Array.from({ length: count }, (_, index) => `p_${String(index).padStart(16, '0')}`)
    await pool.query(
      `insert into counters select id, choice, slot, 0
       from unnest($1::text[]) as id, generate_series(1, 4) as choice, generate_series(0, $2::int - 1) as slot`,
      [ids, slots],
    )
    return ids
  },
  credential: async () => null,
  async countVotes(polls) {
    const { rows } = await pool.query<{ votes: number; rows: number }>(
      `select (select coalesce(sum(votes), 0)::int from counters where poll_id = any($1)) as votes,
         (select count(*)::int from votes where poll_id = any($1)) as rows`,
      [polls],
    )
    if (rows[0]?.votes !== rows[0]?.rows) throw new Error('Its counters are not its votes.')
    return rows[0]?.votes ?? 0
  },
}
answerCalls(calls)
