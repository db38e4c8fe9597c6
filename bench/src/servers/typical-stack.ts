/**
 * A poll as most write it: Express, Socket.IO, ioredis and pg with a pool of ten; for each vote select, insert, count,
 * publish. They are counted in Redis, the fast way to do it: rows counted in SQL for each vote cost more with every vote.
 * With the variant `emit`, everybody who looks on is sent the results of each vote.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { Server } from 'socket.io'
import { answerCalls } from '../process/calls.ts'
import { commonCalls, readArgument, type VoteServer } from './common.ts'

const { postgresUrl, redisUrl, variant } = readArgument()
const pool = new Pool({ connectionString: postgresUrl, max: 10 })
const redis = new Redis(redisUrl)
await pool.query(`
  create table polls (id text primary key, question text not null);
  create table votes (
    id bigserial primary key, poll_id text not null references polls, user_id text not null, choice int not null,
    created_at timestamptz not null default now(), unique (poll_id, user_id))`)

const app = express()
const server = createServer(app)
const io = new Server(server, { transports: ['websocket'], perMessageDeflate: false, serveClient: false })

async function readResults(pollId: string) {
  return { pollId, votes: await redis.hgetall(`poll:${pollId}`) }
}

app.get('/polls/:id/results', async (request, response) => {
  response.json(await readResults(request.params.id))
})

interface Vote {
  readonly pollId: string
  readonly userId: string
  readonly choice: number
}

io.on('connection', (socket) => {
  socket.on('watch', async (pollId: string) => {
    await socket.join(pollId)
    socket.emit('poll', await readResults(pollId))
  })
  socket.on('vote', async ({ pollId, userId, choice }: Vote, answer: (outcome: object) => void) => {
    try {
      const { rows } = await pool.query('select 1 from votes where poll_id = $1 and user_id = $2', [pollId, userId])
      if (rows.length > 0) return answer({ error: 'You have voted.' })
      await pool.query('insert into votes (poll_id, user_id, choice) values ($1, $2, $3)', [pollId, userId, choice])
      await redis.hincrby(`poll:${pollId}`, String(choice), 1)
      await redis.publish('results', JSON.stringify(await readResults(pollId)))
      answer({ ok: true })
    } catch {
      answer({ error: 'Something went wrong.' })
    }
  })
})

if (variant === 'emit') {
  const subscriber = redis.duplicate()
  await subscriber.subscribe('results')
  subscriber.on('message', (_channel, text) => {
    const results = JSON.parse(text) as { pollId: string }
    io.to(results.pollId).emit('results', results)
  })
}
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

const calls: VoteServer = {
  ...commonCalls(),
  port: () => (server.address() as AddressInfo).port,
  async createPolls(count) {
    const ids = Array.from({ length: count }, (_, index) => `p_${String(index).padStart(16, '0')}`)
    await pool.query(`insert into polls select id, 'Which?' from unnest($1::text[]) as id`, [ids])
    return ids
  },
  credential: async () => null,
  async countVotes(polls) {
    const { rows } = await pool.query<{ votes: number }>(
      'select count(*)::int as votes from votes where poll_id = any($1)',
      [polls],
    )
    let counted = 0
    for (const poll of polls) {
      for (const votes of Object.values((await readResults(poll)).votes)) counted += Number(votes)
    }
    if (counted !== rows[0]?.votes) throw new Error('Its counters are not its votes.')
    return counted
  },
}
answerCalls(calls)
