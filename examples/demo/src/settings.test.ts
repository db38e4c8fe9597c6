import { describe, expect, it } from 'vitest'
import { ArgumentError, readArguments, readSettings } from './settings.ts'

describe('settings', () => {
  it.each([
    ['0', 0],
    ['3000', 3001],
    ['65535', 0],
  ])('put the channel beside port %s', (PORT, channelPort) => {
    expect(readSettings({ PORT })).toMatchObject({ channelPort, isChannelPortFixed: false })
  })

  it('leave the channel where it was put', () => {
    expect(readSettings({ LIVE_POLL_CHANNEL_PORT: '9000' })).toMatchObject({
      ...{ port: 3000, channelPort: 9000, isChannelPortFixed: true },
    })
  })

  it('take --migrate, and nothing else, as an argument', () => {
    expect(readArguments([])).toEqual({ isMigrating: false })
    expect(readArguments(['--migrate'])).toEqual({ isMigrating: true })
    expect(() => readArguments(['--migrat'])).toThrow(ArgumentError)
    expect(() => readArguments(['--migrat'])).toThrow(/^"--migrat" is not known/)
  })
})
