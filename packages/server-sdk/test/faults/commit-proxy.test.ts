import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { expect, test, vi } from 'vitest'
import { startCommitProxy } from './commit-proxy.ts'

test.for([
  ['Postgres', 'postgres', 'Q\0\0\0\x0dselect 1\0', 'Q\0\0\0\x0bcommit\0'],
  ['MySQL', 'mysql', '\x09\0\0\0\x03select 1', '\x07\0\0\0\x03COMMIT'],
] as const)(
  'A COMMIT of %s that comes in one chunk with what is before it is stopped alone',
  async ([, scheme, before, commit]) => {
    let got = ''
    const database = createServer((socket) => socket.on('data', (chunk) => (got += chunk.toString('latin1'))))
    database.listen(0, '127.0.0.1')
    await once(database, 'listening')
    const { port } = database.address() as AddressInfo
    const proxy = await startCommitProxy(`${scheme}://127.0.0.1:${port}/db`)
    const client = connect(proxy.port, '127.0.0.1')
    try {
      const isStopped = proxy.stopNext()
      client.write(Buffer.from(before + commit, 'latin1'))
      await isStopped
      await vi.waitFor(() => expect(got).toBe(before))
      proxy.resume()
      await vi.waitFor(() => expect(got).toBe(before + commit))
    } finally {
      client.destroy()
      await proxy.close()
      database.close()
    }
  },
)

test('What Postgres is asked to do by a statement that is a transaction of its own is stopped, by whichever connection', async () => {
  let got = ''
  const database = createServer((socket) => socket.on('data', (chunk) => (got += chunk.toString('latin1'))))
  database.listen(0, '127.0.0.1')
  await once(database, 'listening')
  const { port } = database.address() as AddressInfo
  const proxy = await startCommitProxy(`postgres://127.0.0.1:${port}/db`)
  const clients = [connect(proxy.port, '127.0.0.1'), connect(proxy.port, '127.0.0.1')] as const
  const bind = 'B\0\0\0\x20\0live_poll_a1\0\0\0S\0\0\0\x04'
  const first = `P\0\0\0\x40live_poll_a1\0select live_poll_write_first_votes($1)\0\0\0${bind}`
  try {
    clients[0].write(Buffer.from(first, 'latin1'))
    await vi.waitFor(() => expect(got).toBe(first))
    const isStopped = proxy.stopNext()
    clients[1].write(Buffer.from(bind, 'latin1'))
    await isStopped
    expect(got).toBe(first)
    proxy.resume()
    await vi.waitFor(() => expect(got).toBe(first + bind))
  } finally {
    for (const client of clients) client.destroy()
    await proxy.close()
    database.close()
  }
})
