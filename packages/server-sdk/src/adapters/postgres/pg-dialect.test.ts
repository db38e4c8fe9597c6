import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { Kysely, sql } from 'kysely'
import { Pool } from 'pg'
import { expect, it } from 'vitest'
import { pgDialect } from './pg-dialect.ts'

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
