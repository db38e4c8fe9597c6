import { createServer } from 'node:http'
import { relative } from 'node:path'
import { createLivePoll } from '@live-poll/server-sdk'
import { embedded } from '@live-poll/server-sdk/embedded'
import { EnvError, fromEnv, readOrCreateAdminKey } from '@live-poll/server-sdk/from-env'
import { toNodeHandler } from '@live-poll/server-sdk/node'
import { attachChannel as attachToUws } from '@live-poll/server-sdk/uwebsockets'
import { attachChannel as attachToServer } from '@live-poll/server-sdk/ws'
import { readCookie } from './cookie.ts'
import { lanAddresses } from './lan-addresses.ts'
import { listen } from './listen.ts'
import { openUwebsockets } from './open-uwebsockets.ts'
import { createOrganizerSessions } from './organizer-sessions.ts'
import { createPage } from './page.ts'
import { seedOnce } from './sample-polls.ts'
import { createScreen } from './screen.ts'
import { readArguments, readSettings } from './settings.ts'
import { createSite } from './site.ts'
import { readStaticFiles } from './static-files.ts'
import { announce, announceLink } from './terminal.ts'

/** Milliseconds for open requests and sockets to end. */
const patience = 3000

/** Errors whose message says what to do. */
const forReaders = new Set(['ArgumentError', 'EnvError', 'OptionError', 'DirectoryInUseError', 'SchemaError'])

await start().catch(fail)

async function start(): Promise<void> {
  const settings = readSettings(process.env)
  const { isMigrating } = readArguments(process.argv.slice(2))
  const kept = settings.adminKey ? undefined : await readOrCreateAdminKey(settings.directory)
  const pages = new URL('../pages/', import.meta.url)
  const [page, screen] = await Promise.all([createPage(pages), createScreen(pages)])
  const files = await readStaticFiles(new URL('../public/', import.meta.url))
  const uws = await openUwebsockets(settings.channelPort)
  if (!uws.app && settings.isChannelPortFixed)
    throw new EnvError('LIVE_POLL_CHANNEL_PORT', `is of no use: ${uws.reason}.`)
  const server = createServer()
  const port = await listen(server, settings)

  const sessions = createOrganizerSessions()
  const cookieName = `organizer-${port}` // cookies know no ports: two demos on one machine must not share it
  const livePoll = createLivePoll({
    database: embedded({ directory: settings.directory }),
    origins: '*', // a tag copied from the demo should work wherever it is pasted
    ...fromEnv(),
    ...(kept && { adminKey: kept.key }),
    channelUrl: settings.channelUrl ?? (uws.app ? `:${uws.port}/live-poll/channel` : null),
    identify: ({ headers }) => sessions.find(readCookie(headers.get('cookie'), cookieName)),
    authorize: ({ user }) => user !== undefined,
  })
  if (uws.app) attachToUws(uws.app, livePoll)
  attachToServer(server, livePoll) // beside uWebSockets.js too: a network may let this port through and not the other

  const localUrl = `http://localhost:${port}`
  const lanUrls = () => (settings.host ? [] : lanAddresses()).map((address) => `http://${address}:${port}`)
  const newLink = () => `${localUrl}/organize?code=${sessions.createCode()}`
  if (isMigrating) await livePoll.migrate()
  const seeded = livePoll.ready().then(() => seedOnce(livePoll.api))
  const site = createSite({
    api: livePoll.api,
    sessions,
    cookieName,
    page,
    screen,
    files,
    seeded,
    localUrl,
    lanUrl: () => lanUrls()[0],
    onSignIn: () => announceLink(newLink()),
  })
  const polls = toNodeHandler(livePoll)
  server.on('request', (request, response) => polls(request, response, () => site(request, response)))

  let isStopping = false
  function stop() {
    if (isStopping) process.exit(1)
    isStopping = true
    console.log('\nStopping: what was voted is being counted.')
    setTimeout(() => process.exit(), patience).unref()
    if (uws.app) uws.close()
    server.close()
    livePoll
      .close()
      .then(() => server.closeAllConnections())
      .catch(fail)
  }
  process.on('SIGINT', stop).on('SIGTERM', stop)

  await seeded
  announce({
    localUrl,
    lanUrls: lanUrls(),
    link: newLink(),
    channel: uws.app ? { isUws: true, port: uws.port } : { isUws: false, port, reason: uws.reason },
    database: settings.databaseName,
    adminKey: kept && { ...kept, file: fromHere(kept.file) },
  })
}

/** As short as it can be said. */
function fromHere(path: string): string {
  const short = relative(process.cwd(), path)
  return short.startsWith('..') ? path : short || '.'
}

function fail(error: unknown): void {
  const isForReaders = error instanceof Error && forReaders.has(error.name)
  const advice = isForReaders && error.name === 'SchemaError' ? ' (or start with: npm start -- --migrate)' : ''
  console.error(isForReaders ? `Live Poll cannot start. ${error.message}${advice}` : error)
  process.exit(1) // what listens already would keep the process
}
