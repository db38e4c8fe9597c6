import { describe, expect, it } from 'vitest'
import { fromEnv } from './from-env.ts'

const secret = 's'.repeat(32)

describe('options from the environment', () => {
  it('are none where nothing is set: the defaults are those of createLivePoll', () => {
    expect(fromEnv({})).toEqual({})
  })

  it('are what is set', () => {
    const { database, redis, ...options } = fromEnv({
      LIVE_POLL_DATABASE: 'mariadb://localhost/polls',
      LIVE_POLL_REDIS: 'redis://localhost',
      LIVE_POLL_SECRET: secret,
      LIVE_POLL_ADMIN_KEY: `lpa_${secret}`,
      LIVE_POLL_CHANNEL_PORT: '3001',
      LIVE_POLL_ORIGINS: '*',
      LIVE_POLL_TRUSTED_PROXIES: '0',
    })
    expect([database?.name, redis?.name]).toEqual(['mysql', 'redis'])
    const channelUrl = ':3001/live-poll/channel'
    expect(options).toEqual({ secret, adminKey: `lpa_${secret}`, channelUrl, origins: '*', trustedProxies: 0 })
  })

  it('name the embedded database where its folder is set', () => {
    expect(fromEnv({ LIVE_POLL_DATA: 'polls' }).database?.name).toBe('embedded')
  })

  it('believe LIVE_POLL_CHANNEL_URL more than the port', () => {
    const channelUrl = 'wss://votes.example.org/live-poll/channel'
    expect(fromEnv({ LIVE_POLL_CHANNEL_PORT: '3001', LIVE_POLL_CHANNEL_URL: channelUrl })).toEqual({ channelUrl })
  })
})
