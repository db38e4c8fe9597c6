import { EventEmitter, once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { CompiledQuery, Kysely, PostgresDialect, sql } from 'kysely'
import { Pool } from 'pg'
import { expect, it, vi } from 'vitest'
import type { Tables } from '../sql/tables.ts'
import { UndoneError } from '../sql/undone-error.ts'
import { pgDialect, sendLast, together } from './pg-dialect.ts'
import type { PgClient, PgQuery } from './pg-pool.ts'
import { sendAlone } from './send-alone.ts'

/** A message of Postgres's protocol, version 3: type, length, body. */
function message(type: string, body: Buffer | string): Buffer {
  const bytes = Buffer.from(body)
  const length = Buffer.alloc(4)
  length.writeInt32BE(bytes.length + 4)
  return Buffer.concat([Buffer.from(type), length, bytes])
}

const authenticationOk = message('R', Buffer.alloc(4))
const readyForQuery = message('Z', 'I')
const shutDown = message('E', 'SFATAL\0C57P01\0Mterminating connection\0\0')

it('bears an error that comes with the very bytes that end the handshake, and leaves no listener on the pool', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => {}) // the client may be gone first
    socket.once('data', () => socket.end(Buffer.concat([authenticationOk, readyForQuery, shutDown])))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const pool = new Pool({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, user: 'u', database: 'd' })
  const db = new Kysely({ dialect: pgDialect(pool) })
  for (let time = 0; time < 3; time++) await expect(sql`select 1`.execute(db)).rejects.toThrow(/connection/i)
  expect(pool.listenerCount('connect')).toBe(0)
  await pool.end()
  server.close()
})

it('listens once to a client, however many wait for one', async () => {
  const clients = [fakeClient(), fakeClient()]
  const given: ((client: PgClient) => void)[] = []
  const pool = Object.assign(new EventEmitter(), {
    connect: () => new Promise<PgClient>((resolve) => given.push(resolve)),
  })
  const db = new Kysely({ dialect: pgDialect(pool) })
  const answers = Array.from({ length: 30 }, () => sql`select 1`.execute(db))
  await vi.waitFor(() => expect(given).toHaveLength(30))
  expect(pool.listenerCount('connect')).toBe(1)
  for (const client of clients) {
    pool.emit('connect', client)
    expect(client.listenerCount('error')).toBe(1)
  }
  for (const [index, give] of given.entries()) give(clients[index % 2] as PgClient)
  await Promise.all(answers)
  expect([pool, ...clients].flatMap((one) => [one.listenerCount('connect'), one.listenerCount('error')])).toEqual([
    0, 0, 0, 0, 0, 0,
  ])
})

/** A pool of one client that pipelines, and answers in order, by `answer`. */
function createPipeline(answer: (text: string) => Promise<unknown>) {
  const sent: string[] = []
  let last: Promise<unknown> = Promise.resolve()
  const client = Object.assign(fakeClient(), {
    pipeline: true,
    released: [] as unknown[],
    query({ text }: PgQuery) {
      sent.push(text)
      last = Promise.allSettled([last]).then(() => answer(text))
      return last as ReturnType<PgClient['query']>
    },
    release: (isBroken: boolean) => client.released.push(isBroken),
  })
  let taken = 0
  const pool = Object.assign(new EventEmitter(), {
    async connect() {
      taken++
      return client as PgClient
    },
  })
  return { db: new Kysely<Tables>({ dialect: pgDialect(pool) }), sent, client, taken: () => taken }
}

const began = (text: string) => text.startsWith('start')
const query = (text: string) => CompiledQuery.raw(text) as CompiledQuery<{ text: string }>

it('sends a beginning and what reads or locks at once where the client pipelines', async () => {
  let letGo = () => {}
  const held = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const { db, sent } = createPipeline(async (text) => {
    await held
    return { command: 'SELECT', rowCount: 1, rows: [{ text }] }
  })
  const answers = db.transaction().execute((trx) => together(trx, query('select 1'), query('select 2')))
  await vi.waitFor(() => expect(sent).toEqual([expect.stringMatching(/^start/), 'select 1', 'select 2']))
  letGo()
  expect(await answers).toEqual([[{ text: 'select 1' }], [{ text: 'select 2' }]])
  expect(sent.at(-1)).toBe('commit')
})

it('sends nothing that writes before its transaction has begun, and gives no client back that has not', async () => {
  const refusal = new Error('no transaction now')
  const { db, sent, client } = createPipeline(async (text) => {
    if (began(text)) throw refusal
    return { command: 'SELECT', rowCount: 0, rows: [] }
  })
  const run = (text: string) => db.transaction().execute((trx) => trx.executeQuery(query(text)))
  await expect(run('update live_poll_polls set plan = 2')).rejects.toBe(refusal)
  expect(sent).toEqual([expect.stringMatching(/^start/)])
  await expect(run('select 1')).rejects.toBe(refusal)
  expect(client.released).toEqual([true, true])
})

it('tells the first of two failures', async () => {
  const { db } = createPipeline(async (text) => {
    if (!text.startsWith('select')) return { command: 'SELECT', rowCount: 0, rows: [] }
    throw new Error(text)
  })
  const both = db.transaction().execute((trx) => together(trx, query('select 1'), query('select 2')))
  await expect(both).rejects.toThrow('select 1')
})

const sendUpdate = (db: Kysely<Tables>) => db.transaction().execute((trx) => sendLast(trx, query('update')))

it('sends COMMIT with the last statement where the client pipelines', async () => {
  const sentAtFirst: string[][] = []
  const { db, sent } = createPipeline(async (text) => {
    if (text === 'update') sentAtFirst.push([...sent])
    return { command: 'UPDATE', rowCount: 1, rows: [] }
  })
  await sendUpdate(db)
  expect(sentAtFirst).toEqual([[expect.stringMatching(/^start/), 'update', 'commit']])
})

it('says that a transaction is undone whose last statement has failed', async () => {
  const refusal = new Error('no such row')
  const { db, client } = createPipeline(async (text) => {
    if (text === 'update') throw refusal
    return { command: 'ROLLBACK', rowCount: null, rows: [] }
  })
  const ended = await sendUpdate(db).catch((error: unknown) => error)
  expect(ended).toBeInstanceOf(UndoneError)
  expect(ended).toMatchObject({ cause: refusal })
  expect(client.released).toEqual([false])
})

it('says that a transaction is committed whose COMMIT says so, whatever its last statement was answered', async () => {
  const { db } = createPipeline(async (text) => {
    if (text === 'update') throw new Error('Query read timeout')
    return { command: text === 'commit' ? 'COMMIT' : 'START', rowCount: null, rows: [] }
  })
  await expect(sendUpdate(db)).resolves.toBeUndefined()
})

it('says no such thing where COMMIT has failed as well', async () => {
  const { db } = createPipeline(async (text) => {
    if (!began(text)) throw new Error(`Connection terminated at ${text}`)
    return { command: 'START', rowCount: null, rows: [] }
  })
  await expect(sendUpdate(db)).rejects.toThrow('Connection terminated at commit')
})

it('sends a statement that is a transaction of its own alone, and once, and does not wait for its answer for ever', async () => {
  const { db, sent, client } = createPipeline(async (text) => ({ command: 'SELECT', rowCount: 1, rows: [{ text }] }))
  const asked = vi.spyOn(client, 'query')
  expect(await sendAlone(db, query('select write()'), undefined)).toEqual([{ text: 'select write()' }])
  expect(sent).toEqual(['select write()'])
  expect(asked.mock.calls).toMatchObject([[{ query_timeout: 6000 }]])
  await vi.waitFor(() => expect(client.released).toEqual([false]))
})

it('lets nobody have a client whose answer is still to come', async () => {
  const { db, client } = createPipeline(async () => {
    throw new Error('Query read timeout')
  })
  await expect(sendAlone(db, query('select write()'), undefined)).rejects.toThrow('Query read timeout')
  await vi.waitFor(() => expect(client.released).toEqual([true]))
})

it('has a statement of its own sent by a driver of the host’s as any other', async () => {
  const rows = [{ text: 'written' }]
  const client = { query: async () => ({ command: 'SELECT', rowCount: 1, rows }), release() {} }
  const pool = { connect: async () => client, end: async () => {} }
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: pool as never }) })
  expect(await sendAlone(db, query('select write()'), 'a')).toEqual(rows)
})

it('sends one of the same name behind another that is not answered, and keeps their client until both are', async () => {
  const answers = new Map<string, () => void>()
  const { db, sent, client } = createPipeline(
    (text) => new Promise((resolve) => answers.set(text, () => resolve({ command: 'SELECT', rowCount: 0, rows: [] }))),
  )
  const first = sendAlone(db, query('select write(1)'), 'a')
  await vi.waitFor(() => expect(sent).toHaveLength(1))
  const second = sendAlone(db, query('select write(2)'), 'a')
  await vi.waitFor(() => expect(sent).toHaveLength(2))
  answers.get('select write(1)')?.()
  await first
  expect(client.released).toEqual([])
  await vi.waitFor(() => answers.get('select write(2)')?.())
  await second
  await vi.waitFor(() => expect(client.released).toEqual([false]))
})

it.each([
  ['a client does not pipeline', { pipeline: false }, 'a'],
  ['the name is another', { pipeline: true }, 'b'],
])('takes a client for each where %s', async (_, changes, name) => {
  const { db, sent, client, taken } = createPipeline(() => new Promise(() => {}))
  Object.assign(client, changes)
  void sendAlone(db, query('select write(1)'), 'a')
  await vi.waitFor(() => expect(sent).toHaveLength(1))
  void sendAlone(db, query('select write(2)'), name)
  await vi.waitFor(() => expect(sent).toHaveLength(2))
  expect(taken()).toBe(2)
})

it('has none follow where one has failed, for that may be the connection', async () => {
  let fail = () => {}
  const { db, sent, client, taken } = createPipeline(
    (text) =>
      new Promise((_, reject) => {
        if (text === 'select write(1)') fail = () => reject(new Error('Query read timeout'))
      }),
  )
  const first = sendAlone(db, query('select write(1)'), 'a')
  await vi.waitFor(() => expect(sent).toHaveLength(1))
  void sendAlone(db, query('select write(2)'), 'a')
  await vi.waitFor(() => expect(sent).toHaveLength(2))
  fail()
  await expect(first).rejects.toThrow('Query read timeout')
  void sendAlone(db, query('select write(3)'), 'a')
  await vi.waitFor(() => expect(sent).toHaveLength(3))
  expect(taken()).toBe(2)
  expect(client.released, 'for one is not answered').toEqual([])
})

function fakeClient() {
  return Object.assign(new EventEmitter().setMaxListeners(100), {
    query: async () => ({ command: 'SELECT', rowCount: 0, rows: [] }),
    release() {},
  })
}
