import { expect, it, vi } from 'vitest'
import { readMetrics } from '../../test/read-metrics.ts'
import { createRecordingLogger } from '../../test/recording-logger.ts'
import { createMemoryMetrics } from '../adapters/memory/metrics.ts'
import type { ChannelSocket } from './channel-server.ts'
import { defaultChannelLimits } from './limits.ts'
import { createVoteChannel } from './vote-channel.ts'

it('closes a connection whose message could not be dealt with, and throws nothing at its server', () => {
  const channel = createVoteChannel()
  const logger = createRecordingLogger()
  const fault = new Error('The tokens are gone.')
  const parts = {
    ...{ limits: defaultChannelLimits, logger, tokens: { readTicket: () => fail(fault) } },
    ...{ load: { turnsAway: () => 0 }, metrics: createMemoryMetrics() },
  }
  channel.start(parts as unknown as Parameters<typeof channel.start>[0])
  const { socket, closed } = createSocket()
  const events = channel.open(socket)
  events.message(Buffer.from('{"type":"hello","ticket":"lpt_x"}'))
  expect(closed).toEqual([1013])
  expect(logger.errors).toEqual([[expect.any(String), fault]])
  channel.close()
})

it('lets so many in at once, and so many more each second; the others are to try later, and the log says it once', () => {
  vi.useFakeTimers()
  const channel = createVoteChannel()
  const logger = createRecordingLogger()
  const metrics = createMemoryMetrics()
  const limits = { ...defaultChannelLimits, connectionsPerSecond: 50 }
  const parts = { limits, logger, load: { turnsAway: () => 0 }, metrics }
  channel.start(parts as unknown as Parameters<typeof channel.start>[0])
  /** How many of so many are in. */
  const come = (count: number) => {
    const codes = Array.from({ length: count }, () => {
      const { socket, closed } = createSocket()
      channel.open(socket)
      return closed
    })
    expect(new Set(codes.flat())).toEqual(new Set(count > 50 ? [1013] : []))
    return codes.filter((closed) => closed.length === 0).length
  }
  const value = (name: string, labels = {}) => readMetrics(metrics.text()).value(name, labels)
  expect(come(1000)).toBe(50)
  expect(value('live_poll_connections')).toBe(50)
  vi.advanceTimersByTime(500)
  expect(come(1000)).toBe(25)
  vi.advanceTimersByTime(5000)
  expect(come(40)).toBe(40)
  expect(value('live_poll_connections')).toBe(115)
  expect(value('live_poll_shed_total', { kind: 'connection' })).toBe(1925)
  expect(logger.warnings).toHaveLength(1)

  expect(come(10)).toBe(10)
  expect(channel.admitStream(), 'streams come in by the same door').toBeGreaterThan(1000)
  expect(value('live_poll_shed_total', { kind: 'stream' })).toBe(1)
  channel.close()
  vi.useRealTimers()
})

function createSocket() {
  const closed: number[] = []
  const socket = { close: (code: number) => void closed.push(code), terminate() {}, buffered: () => 0 }
  return { closed, socket: socket as unknown as ChannelSocket }
}

function fail(fault: Error): never {
  throw fault
}
