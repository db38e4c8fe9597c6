/** One app of uWebSockets.js for everything: its page, the routes of polls, and their channel. See the README. */
import { createRequire } from 'node:module'
import { createLivePoll } from '@live-poll/server-sdk'
import { embedded } from '@live-poll/server-sdk/embedded'
import { attachChannel, attachRoutes } from '@live-poll/server-sdk/uwebsockets'
import { createPage } from './page.ts'

const { PORT = '3000', HOST = '127.0.0.1', LIVE_POLL_DATA = '.live-poll' } = process.env

const livePoll = createLivePoll({ database: embedded({ directory: LIVE_POLL_DATA }) })
const { polls } = await livePoll.api.listPolls({ limit: 1 })
const poll = polls[0] ?? (await livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad', 'Bread'] }))

// By `import`, a system that it does not support could end the process.
const uws: typeof import('uWebSockets.js') = createRequire(import.meta.url)('uWebSockets.js')
const app = uws.App()
attachRoutes(app, livePoll)
attachChannel(app, livePoll)
app.get('/', (response) => {
  response.writeHeader('content-type', 'text/html; charset=utf-8').end(createPage(poll))
})
app.any('/*', (response) => {
  response.writeStatus('404 Not Found').end('There is no such page.')
})
app.listen(HOST, Number(PORT), (socket) => {
  if (!socket) throw new Error(`Port ${PORT} is in use.`)
  console.log(`Listening on http://${HOST}:${uws.us_socket_local_port(socket)}`)
})

process.once('SIGTERM', async () => {
  await livePoll.close()
  app.close()
})
