import { vi } from 'vitest'
import { type ConnectionOptions, createConnection } from '../src/live/connection.ts'
import { createFakeNetwork } from './fake-web-socket.ts'

export const target = { url: 'ws://my.app/channel', hello: { type: 'hello', token: 'lpv_1' } } as const

export function createFakeConnection(options: Partial<ConnectionOptions> = {}) {
  const network = createFakeNetwork()
  const calls = {
    prepare: vi.fn<ConnectionOptions['prepare']>(options.prepare ?? (async () => target)),
    onMessage: vi.fn<ConnectionOptions['onMessage']>(),
    onDown: vi.fn<ConnectionOptions['onDown']>(),
    onStopped: vi.fn<ConnectionOptions['onStopped']>(),
  }
  const connection = createConnection({ WebSocket: options.WebSocket ?? network.WebSocket, ...calls })
  return { ...network, ...calls, connection }
}

/** A connection that is up. */
export async function createReadyConnection(options?: Partial<ConnectionOptions>) {
  const all = createFakeConnection(options)
  all.connection.connect()
  await vi.advanceTimersByTimeAsync(0)
  all.last().welcome('v')
  return all
}
