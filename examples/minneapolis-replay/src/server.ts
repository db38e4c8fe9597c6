import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLivePoll } from '@live-poll/server-sdk'
import { toNodeHandler } from '@live-poll/server-sdk/node'
import { attachChannel } from '@live-poll/server-sdk/ws'
import { openDatabase } from './open-database.ts'

// The whole server of this example, in a process of its own: start-server.ts starts it and ends it.
const [, , location = '', adminKey, secret] = process.argv
const { database, end } = openDatabase(location)
const livePoll = createLivePoll({ database, adminKey, secret })
const server = createServer(toNodeHandler(livePoll))
attachChannel(server, livePoll)

await livePoll.migrate()
await livePoll.ready()
server.listen(0, '127.0.0.1', () => {
  process.send?.((server.address() as AddressInfo).port)
})

process.on('SIGINT', () => {}) // Ctrl-C reaches the whole group; when to end is for the process that started this one
process.once('disconnect', async () => {
  server.close()
  await livePoll.close()
  await end()
  server.closeAllConnections()
})
