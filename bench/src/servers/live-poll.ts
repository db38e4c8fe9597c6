/**
 * Ours, as in production: Postgres and Redis, identity, policy and visibility on.
 * Variants: `uwebsockets` (the default), `outbox`, which is the same with every vote written for a sink, and `ws` on the port of
 * the API.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLivePoll } from '@live-poll/server-sdk'
import { kafka } from '@live-poll/server-sdk/kafka'
import { toNodeHandler } from '@live-poll/server-sdk/node'
import { postgres } from '@live-poll/server-sdk/postgres'
import { redis } from '@live-poll/server-sdk/redis'
import { attachChannel as attachToUws } from '@live-poll/server-sdk/uwebsockets'
import { attachChannel as attachToWs } from '@live-poll/server-sdk/ws'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { answerCalls } from '../process/calls.ts'
import { commonCalls, readArgument, type VoteServer } from './common.ts'
import { listenOnUws, loadUws } from './load-uws.ts'

const { postgresUrl, redisUrl, variant = 'uwebsockets' } = readArgument()
const pool = new Pool({ connectionString: postgresUrl, pipeline: true })
const client = new Redis(redisUrl)
const livePoll = createLivePoll({
  database: postgres({ pool }),
  redis: redis({ client }),
  secret: 'a secret of the benchmark, 32 bytes or more',
  identify: ({ headers }) => {
    const id = headers.get('x-user')
    return id ? { id } : undefined
  },
  authorize: ({ user }) => user?.id === 'editor',
  ...(variant === 'outbox' && { sinks: [kafka({ producer: { send: async () => {} }, topic: 'polls' })] }),
  channelUrl: variant === 'ws' ? null : ':1/live-poll/channel', // the load generator asks for the port instead
})
await livePoll.migrate()
await livePoll.ready()

const server = createServer(toNodeHandler(livePoll))
if (variant === 'ws') attachToWs(server, livePoll)
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const httpPort = (server.address() as AddressInfo).port
const port = variant === 'ws' ? httpPort : await listenWithUws()

function listenWithUws(): Promise<number> {
  const uws = loadUws()
  const app = uws.App()
  attachToUws(app, livePoll)
  return listenOnUws(uws, app)
}

let taken = 0
pool.on('acquire', () => {
  taken++
})

const calls = {
  ...commonCalls(),
  port: (_: null) => port,
  httpPort: (_: null) => httpPort,
  /** How often a connection to the database was taken, for a statement or a transaction. */
  databaseUses: (_: null) => taken,
  /** A poll whose every copy is about so many bytes. */
  async createBigPoll(bytes: number) {
    const choices = Array.from({ length: Math.ceil(bytes / 200) }, (_, index) => `${index} ${'x'.repeat(170)}`)
    return (await livePoll.api.createPoll({ question: 'Which of these?', choices })).id
  },
  async createPolls(count: number) {
    const polls: string[] = []
    for (let index = 0; index < count; index++) {
      const poll = { question: `Question ${index}`, choices: ['One', 'Two', 'Three', 'Four'] }
      polls.push((await livePoll.api.createPoll(poll)).id)
    }
    return polls
  },
  async addBoxes({ polls, boxes }: { polls: readonly string[]; boxes: number }) {
    for (const poll of polls) await livePoll.api.editPoll(poll, { boxes })
    return null
  },
  credential: (_: null) => livePoll.api.createRelayTicket(),
  async countVotes(polls) {
    let votes = 0
    for (const poll of polls) votes += (await livePoll.api.getResults(poll)).voters
    return votes
  },
} satisfies VoteServer & Record<string, unknown>
export type LivePollServer = typeof calls
answerCalls(calls)
