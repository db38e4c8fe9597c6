import { createPollClient } from '@live-poll/client-sdk'
import { WebSocket } from 'ws'
import { type Arguments, readArguments, type ServerAddress, usage } from './read-arguments.ts'
import { replay } from './replay.ts'
import { startServer } from './start-server.ts'

process.exitCode = (await run(process.argv.slice(2)).catch(say)) ? 0 : 1

async function run(args: readonly string[]): Promise<boolean> {
  let given: Arguments
  try {
    given = readArguments(args)
  } catch (error) {
    say(error)
    console.error(`\n${usage}`)
    return false
  }
  if (given.server) return replayTo(given.server, given)
  const server = await startServer(given.database)
  try {
    return await replayTo(server, given)
  } finally {
    await server.stop()
  }
}

async function replayTo({ url, key }: ServerAddress, given: Arguments): Promise<boolean> {
  const client = createPollClient({ server: url, token: key, WebSocket })
  const relay = client.relay(() => client.api.admitRelay())
  process.once('SIGINT', relay.close) // the first unanswered vote then ends the replay
  try {
    return await replay(given, client.api, relay)
  } finally {
    relay.close()
    client.close()
  }
}

function say(error: unknown): false {
  console.error(error instanceof Error ? error.message : error)
  return false
}
