// A process that answers one request, as a serverless function that starts cold does, and is gone. In JavaScript, so that it
// starts at once.
//
// node short-lived.mjs <url of Postgres> <url of Redis> <other options as JSON>
import { once } from 'node:events'
import { createLivePoll } from '@live-poll/server-sdk'
import { toFetch } from '@live-poll/server-sdk/fetch'
import { postgres } from '@live-poll/server-sdk/postgres'
import { redis } from '@live-poll/server-sdk/redis'
import { Redis } from 'ioredis'
import pg from 'pg'

const [databaseUrl, redisUrl, options] = process.argv.slice(2)
const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 })
const client = new Redis(redisUrl)

function complain(message, cause) {
  if (message.includes('fsync')) return // the tests' Postgres has none
  console.error(message, cause)
  process.exitCode = 1
}

const livePoll = createLivePoll({
  ...JSON.parse(options),
  database: postgres({ pool }),
  redis: redis({ client }),
  logger: { info() {}, warn: complain, error: complain },
})
const handle = toFetch(livePoll)

const [{ method, path, headers, body }] = await once(process, 'message')
const request = new Request(`https://polls.example.org${path}`, { method, headers, body })
const answer = (await handle(request)) ?? new Response('Not ours.', { status: 404 })
process.send({ status: answer.status, body: await answer.text() })

await livePoll.close()
await Promise.all([pool.end(), client.quit()])
process.disconnect() // nothing of Live Poll keeps the process
