import { EventEmitter, once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { Kysely, sql } from 'kysely'
import { Pool } from 'pg'
import { expect, it, vi } from 'vitest'
import { pgDialect } from './pg-dialect.ts'
import type { PgClient } from './pg-pool.ts'

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

function fakeClient() {
  return Object.assign(new EventEmitter().setMaxListeners(100), {
    query: async () => ({ command: 'SELECT', rowCount: 0, rows: [] }),
    release() {},
  })
}
