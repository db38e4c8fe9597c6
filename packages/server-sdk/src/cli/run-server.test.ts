import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import type { Env } from '../env/read-env.ts'
import { createLivePoll } from '../index.ts'
import { runServer } from './run-server.ts'

/** One that opens nothing. */
const livePoll = { ...createLivePoll(), ready: async () => {} }
const parts = { isListing: false, onReady: async () => {}, onTerm: async () => {} }
const on = (port: number) => ({ port, host: '127.0.0.1' }) as Env

describe('a server that cannot start', () => {
  it('closes Live Poll where its port is taken, and hears no signals any more', async () => {
    const before = process.listenerCount('SIGTERM')
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const close = vi.fn(livePoll.close)
    const env = on((taken.address() as AddressInfo).port)
    await expect(runServer({ ...parts, livePoll: { ...livePoll, close }, env })).rejects.toThrow('is in use')
    taken.close()
    expect([close.mock.calls.length, process.listenerCount('SIGTERM')]).toEqual([1, before])
  })

  it('listens no more, though Live Poll does not close', async () => {
    let port = 0
    const close = async () => {
      throw new Error('The database is gone.')
    }
    const onReady = async (listening: { port: number }) => {
      port = listening.port
      throw new Error('The folder is gone.')
    }
    const failing = runServer({ ...parts, livePoll: { ...livePoll, close }, onReady, env: on(0) })
    await expect(failing).rejects.toThrow('is gone')
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow('fetch failed')
  })
})
