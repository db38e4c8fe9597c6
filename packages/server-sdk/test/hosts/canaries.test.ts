import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import { inspect } from 'node:util'
import { createPollClient, type WatchedPoll } from '@live-poll/client-sdk'
import type { VoterAdmission } from '@live-poll/client-sdk/protocol'
import { createLivePoll, type LivePoll } from '@live-poll/server-sdk'
import { toNodeHandler } from '@live-poll/server-sdk/node'
import { redis } from '@live-poll/server-sdk/redis'
import { attachChannel } from '@live-poll/server-sdk/ws'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { adminKey } from '../admin-key.ts'
import { createHttpClient } from '../http-client.ts'
import { openRawSocket } from '../raw-socket.ts'
import { createPostgresDatabase, describeOnPostgres, type TestDatabase } from '../servers/postgres.ts'
import { connectPostgres, postgresDatabase } from '../servers/postgres-database.ts'
import { describeOnRedis, hasRedis, startRedis, type TestRedis } from '../servers/redis.ts'
import { nodeSecret } from '../servers/start-nodes.ts'

/** What must stand nowhere afterwards. */
const canaries = {
  user: 'canary.user@example.org',
  named: 'canary-named-4711',
  onRelay: 'canary-relay-4711',
  session: 'canary-session-name',
  cookie: 'canary-cookie-secret',
  address: '203.0.113.77',
  userAgent: 'CanaryBrowser/7.3',
  captcha: 'canary-captcha-answer',
}

/** Everything that is written to a log: the library's own, the console, and the host's log of addresses. */
const log: string[] = []
const note = (...parts: unknown[]) => void log.push(parts.map((part) => inspect(part, { depth: 8 })).join(' '))

/** A network that lets no WebSocket through. */
class BlockedWebSocket {
  onopen: unknown = null
  onmessage: unknown = null
  onclose: unknown = null
  onerror: unknown = null
  constructor() {
    queueMicrotask(() => typeof this.onclose === 'function' && this.onclose({ code: 1006 }))
  }
  send(): void {}
  close(): void {}
}

/** Everything that is said to Redis. */
const saidToRedis: string[] = []

/** As `describe`, on Postgres and Redis. */
const describeOnServers = hasRedis() ? describeOnPostgres : describeOnRedis

describeOnServers('After every kind of voter has come', () => {
  let database: TestDatabase
  let cache: TestRedis
  let monitor: TestRedis['client'] | undefined
  let livePoll: LivePoll
  let origin = ''
  const server = createServer()
  beforeAll(async () => {
    for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
      vi.spyOn(console, method).mockImplementation(note)
    }
    ;[database, cache] = await Promise.all([createPostgresDatabase(), startRedis()])
    monitor = await cache.client.monitor()
    monitor.on('monitor', (_: string, args: readonly string[]) => void saidToRedis.push(args.join(' ')))
    livePoll = createLivePoll({
      ...{ database: postgresDatabase(database.url), secret: nodeSecret, adminKey, trustedProxies: 1 },
      redis: redis({ client: cache.client }),
      newDevices: { perMinute: 1, burst: 100 }, // so that the limit remembers until the end
      logger: { info: note, warn: note, error: note },
      identify: ({ headers }) =>
        headers.get('cookie')?.includes(canaries.cookie) && { id: canaries.user, session: canaries.session },
      authorize: ({ action }) => action === 'viewPoll',
      captcha: { verify: (response) => response === canaries.captcha },
    })
    const handle = toNodeHandler(livePoll)
    server.on('request', (request: IncomingMessage, response) => {
      note(request.method, request.url)
      handle(request, response)
    })
    attachChannel(server, livePoll)
    server.on('upgrade', (request: IncomingMessage) => note('upgrade', request.url))
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  })
  afterAll(async () => {
    vi.restoreAllMocks()
    await livePoll?.close()
    server.close()
    server.closeAllConnections()
    monitor?.disconnect()
    await cache?.stop()
    await database?.drop()
  })

  it('neither the database nor Redis nor a log holds a user, an address, a token, a ticket or a code', {
    timeout: 60_000,
  }, async () => {
    const call = createHttpClient(origin)
    const secrets: string[] = Object.values(canaries)
    const browser = { 'x-forwarded-for': canaries.address, 'user-agent': canaries.userAgent }
    const asUser = { ...browser, cookie: `sid=${canaries.cookie}`, origin, 'live-poll-client': '1' }

    async function admit(body: object, headers: Record<string, string>): Promise<VoterAdmission> {
      const { status, body: admitted } = await call<VoterAdmission>('POST', '/voters', { body, headers })
      expect(status).toBe(200)
      secrets.push(admitted.token, admitted.ticket)
      if (admitted.kind === 'device') secrets.push(admitted.voterId)
      return admitted
    }

    const { api } = livePoll
    const poll = await api.createPoll({ question: 'Planted question?', choices: ['Soup', 'Salad'], needsCaptcha: true })
    const invited = await api.createPoll({ question: 'Q?', choices: ['A', 'B'], voters: 'invitation', isPrivate: true })
    const invitations = await api.createInvitations(invited.id, { count: 3 })
    secrets.push(...invitations.map(({ code }) => code))
    const named = await api.nameVoters([canaries.named])
    const relay = await api.createRelayTicket()
    secrets.push(...named.flatMap(({ token, ticket }) => [token, ticket]), relay)

    const user = await admit({}, asUser)
    const device = await admit({ captcha: canaries.captcha }, browser)
    const holder = await admit({ invitation: invitations[0]?.code }, browser)
    const vote = (pollId: string, fields = {}) => ({
      ...{ type: 'vote', voteId: randomUUID(), pollId, choices: [1] },
      ...fields,
    })

    // Over the channel: by ticket, by token, on a relay; what is refused; what is malformed.
    const page = { origin }
    const channel = `${origin.replace('http', 'ws')}/live-poll/channel`
    for (const [hello, pollId] of [
      [{ ticket: user.ticket }, poll.id],
      [{ token: device.token }, poll.id],
      [{ token: named[0]?.token }, poll.id],
      [{ ticket: holder.ticket }, invited.id],
    ] as const) {
      const socket = await openRawSocket(channel, page)
      socket.send({ type: 'hello', ...hello })
      socket.send({ type: 'watch', pollId })
      socket.send(vote(pollId))
      expect(await socket.takeEither('voted', 'rejected', () => true)).toMatchObject({ type: 'voted' })
      socket.send(vote(pollId, { choices: ['x'] }))
      await socket.take('rejected')
      await socket.close()
    }
    const onRelay = await openRawSocket(channel)
    onRelay.send({ type: 'hello', ticket: relay })
    onRelay.send(vote(poll.id, { voter: canaries.onRelay }))
    await onRelay.take('voted')
    await onRelay.close()

    // Over HTTP: changes, refusals, forgeries, faults.
    for (const token of [user.token, device.token]) {
      const headers = { ...browser, origin }
      const body = { voteId: randomUUID(), choices: [2] }
      expect((await call('PUT', `/polls/${poll.id}/vote`, { token, body, headers })).status).toBe(200)
      expect((await call('PUT', `/polls/${poll.id}/vote`, { token, body: '{', headers })).status).toBe(400)
      expect((await call('PUT', `/polls/${poll.id}/vote`, { token: `${token}x`, body, headers })).status).toBe(401)
      expect((await call('GET', `/polls/${poll.id}/vote`, { token, headers })).status).toBe(200)
    }
    await call('DELETE', `/polls/${poll.id}/vote?voteId=gone`, { token: user.token, headers: browser })
    await call('POST', '/voters', { body: { captcha: `${canaries.captcha} no` }, headers: browser })
    await call('POST', '/voters', { body: { invitation: `${invitations[1]?.code}` }, headers: asUser })
    await call('GET', `/polls/${invited.id}`, { headers: asUser })

    // Our own client where no WebSocket opens: its stream has a ticket.
    const client = createPollClient({ server: `${origin}/live-poll`, WebSocket: BlockedWebSocket, storage: null })
    let now: WatchedPoll | undefined
    const open = await api.createPoll({ question: 'By stream?', choices: ['A', 'B'], showResults: 'after-vote' })
    client.watch(open.id, (state) => {
      now = state
    })
    await client.vote(open.id, [1])
    await vi.waitFor(() => expect(now).toMatchObject({ transport: 'sse', results: { voters: 1 } }), { timeout: 20_000 })
    client.close()

    const dumpOfRedis = await dumpRedis()
    expect(dumpOfRedis, 'the dump of Redis has results').toContain(`{${poll.id}}`)
    expect(dumpOfRedis, 'and what limits remember').toContain('rate:new-devices:')
    await api.endSession(canaries.session)
    await vi.waitFor(() => expect(saidToRedis.join('\n'), 'what other nodes must know').toContain(canaries.session))
    const neverSaid = secrets.filter((secret) => secret !== canaries.session)
    const dump = await dumpAll()
    expect(dump, 'the dump has what is written').toContain('Planted question?')
    expect(log.join('\n'), 'and the log has the requests').toContain(`/live-poll/polls/${poll.id}/vote`)
    for (const secret of secrets) {
      expect(dump.includes(secret), `${secret} is in the database`).toBe(false)
      expect(dumpOfRedis.includes(secret), `${secret} is in Redis`).toBe(false)
      expect(log.filter((line) => line.includes(secret))).toEqual([])
    }
    for (const secret of neverSaid) expect(saidToRedis.filter((command) => command.includes(secret))).toEqual([])
    expect(await dumpRedis(), 'nor is an ended session kept').not.toContain(canaries.session)
    expect(
      log.filter((line) => /lp[avt]_/.test(line)),
      'nor any other credential',
    ).toEqual([])
  })

  /** Every key with all that is in it. */
  async function dumpRedis(): Promise<string> {
    const { client } = cache
    const read: Readonly<Record<string, (key: string) => Promise<unknown>>> = {
      string: (key) => client.get(key),
      hash: (key) => client.hgetall(key),
    }
    let dump = ''
    for (const key of await client.keys('*')) {
      const type = await client.type(key)
      dump += JSON.stringify([key, (await read[type]?.(key)) ?? expect.fail(`How is a ${type} read?`)])
    }
    return dump
  }

  /** Every row of every table. */
  async function dumpAll(): Promise<string> {
    const { pool, close } = connectPostgres(database.url)
    const { rows } = await pool.query<{ name: string }>(
      `select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
    )
    let dump = ''
    for (const { name } of rows) dump += JSON.stringify((await pool.query(`select * from ${name}`)).rows)
    await close()
    return dump
  }
})
