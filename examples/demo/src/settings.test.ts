import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readArguments, readSettings, SettingError } from './settings.ts'

describe('settings', () => {
  it('have defaults', () => {
    expect(readSettings({ PORT: '', LIVE_POLL_ORIGINS: ' ' })).toEqual({
      port: 3000,
      channelPort: 3001,
      isChannelPortFixed: false,
      channelUrl: null,
      directory: resolve('.live-poll'),
      database: undefined,
      redis: undefined,
      adminKey: undefined,
      secret: undefined,
      origins: '*',
    })
  })

  it('are read from the environment', () => {
    const environment = {
      PORT: '8080',
      LIVE_POLL_CHANNEL_PORT: '9000',
      LIVE_POLL_CHANNEL_URL: 'wss://votes.example.org/live-poll/channel',
      LIVE_POLL_DATA: '/var/lib/live-poll',
      LIVE_POLL_DATABASE: 'postgres://localhost/polls',
      LIVE_POLL_REDIS: 'redis://localhost:6379',
      LIVE_POLL_ADMIN_KEY: 'lpa_key',
      LIVE_POLL_SECRET: 'secret',
      LIVE_POLL_ORIGINS: 'https://one.example, https://two.example,',
    }
    expect(readSettings(environment)).toEqual({
      port: 8080,
      channelPort: 9000,
      isChannelPortFixed: true,
      channelUrl: 'wss://votes.example.org/live-poll/channel',
      directory: '/var/lib/live-poll',
      database: 'postgres://localhost/polls',
      redis: 'redis://localhost:6379',
      adminKey: 'lpa_key',
      secret: 'secret',
      origins: ['https://one.example', 'https://two.example'],
    })
  })

  it.each([
    ['0', 0],
    ['3000', 3001],
    ['65535', 0],
  ])('put the channel beside port %s', (PORT, channelPort) => {
    expect(readSettings({ PORT }).channelPort).toBe(channelPort)
  })

  it.each([
    ['PORT', 'http'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['LIVE_POLL_CHANNEL_PORT', '1e3'],
    ['LIVE_POLL_CHANNEL_PORT', '3000'],
    ['LIVE_POLL_REDIS', 'localhost:6379'],
    ['LIVE_POLL_REDIS', 'redis://:geheim@localhost:port'],
  ])('refuse %s=%s by name', (name, value) => {
    const read = () => readSettings({ [name]: value })
    expect(read).toThrow(SettingError)
    expect(read).toThrow(new RegExp(`^${name} `))
    expect(read).not.toThrow(/geheim/)
  })

  it('ask for a secret beside a database, and say how to make one', () => {
    const read = () => readSettings({ LIVE_POLL_DATABASE: 'postgres://localhost/polls' })
    expect(read).toThrow(/^LIVE_POLL_SECRET must be set .* node -p/)
  })

  it('take --migrate, and nothing else, as an argument', () => {
    expect(readArguments([])).toEqual({ isMigrating: false })
    expect(readArguments(['--migrate'])).toEqual({ isMigrating: true })
    expect(() => readArguments(['--migrat'])).toThrow(/^"--migrat" is not known/)
  })
})
