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
