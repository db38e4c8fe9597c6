import { expect, it } from 'vitest'
import { createRecordingLogger } from '../../test/recording-logger.ts'
import { defaultChannelLimits } from './limits.ts'
import { createVoteChannel } from './vote-channel.ts'

it('closes a connection whose message could not be dealt with, and throws nothing at its server', () => {
  const channel = createVoteChannel()
  const logger = createRecordingLogger()
  const fault = new Error('The tokens are gone.')
  const parts = { limits: defaultChannelLimits, logger, tokens: { readTicket: () => fail(fault) } }
  channel.start(parts as unknown as Parameters<typeof channel.start>[0])
  const closed: number[] = []
  const socket = { close: (code: number) => void closed.push(code), terminate() {}, buffered: () => 0 }
  const events = channel.open(socket as unknown as Parameters<typeof channel.open>[0])
  events.message(Buffer.from('{"type":"hello","ticket":"lpt_x"}'))
  expect(closed).toEqual([1013])
  expect(logger.errors).toEqual([[expect.any(String), fault]])
  channel.close()
})

function fail(fault: Error): never {
  throw fault
}
