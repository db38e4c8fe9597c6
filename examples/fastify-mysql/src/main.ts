/** A Fastify app with a pool of MySQL or MariaDB, and a poll in it. See the README. */
import { createLivePoll } from '@live-poll/server-sdk'
import { toFastify } from '@live-poll/server-sdk/fastify'
import { mysql } from '@live-poll/server-sdk/mysql'
import { attachChannel } from '@live-poll/server-sdk/ws'
import fastify from 'fastify'
import { createPool } from 'mysql2/promise'
import { createPage } from './page.ts'

const { PORT = '3000', HOST = '127.0.0.1', DATABASE_URL, LIVE_POLL_SECRET } = process.env
if (!DATABASE_URL || !LIVE_POLL_SECRET) throw new Error('DATABASE_URL and LIVE_POLL_SECRET must be set.')

const pool = createPool(DATABASE_URL) // the app's own: Live Poll leaves it open when it closes
const livePoll = createLivePoll({ database: mysql({ pool }), secret: LIVE_POLL_SECRET })
await livePoll.migrate() // an app with migrations of its own has these among them

const { polls } = await livePoll.api.listPolls({ limit: 1 })
const poll = polls[0] ?? (await livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad', 'Bread'] }))

const app = fastify({ forceCloseConnections: true }) // those that browsers keep to spare would hold it for a minute
app.register(toFastify(livePoll))
app.get('/', (_, reply) => reply.type('text/html').send(createPage(poll)))
app.addHook('preClose', () => livePoll.close()) // ends open streams, which app.close() would wait for
app.addHook('onClose', () => pool.end())
attachChannel(app.server, livePoll)

console.log(`Listening on ${await app.listen({ port: Number(PORT), host: HOST })}`)
process.once('SIGTERM', () => app.close())
