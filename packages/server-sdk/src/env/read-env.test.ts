import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { EnvError } from './env-error.ts'
import { readEnv } from './read-env.ts'

const secret = 's'.repeat(32)
const adminKey = `lpa_${'k'.repeat(32)}`

describe('the environment', () => {
  it('has defaults; what is empty counts as unset', () => {
    expect(readEnv({ PORT: '', LIVE_POLL_ORIGINS: ' ', LIVE_POLL_SECRET: '' })).toEqual({
      port: 3000,
      host: undefined,
      directory: resolve('.live-poll'),
      isDirectorySet: false,
      database: undefined,
      databaseName: '.live-poll (embedded database)',
      secret: undefined,
      redis: undefined,
      adminKey: undefined,
      channelPort: undefined,
      channelUrl: undefined,
      origins: undefined,
      trustedProxies: undefined,
    })
  })

  it('is read', () => {
    const environment = {
      PORT: ' 8080',
      LIVE_POLL_HOST: '127.0.0.1',
      LIVE_POLL_CHANNEL_PORT: '9000',
      LIVE_POLL_CHANNEL_URL: 'wss://votes.example.org/live-poll/channel',
      LIVE_POLL_DATA: '/var/lib/live-poll',
      LIVE_POLL_DATABASE: 'postgres://ada:geheim@localhost/polls',
      LIVE_POLL_REDIS: 'redis://localhost:6379',
      LIVE_POLL_ADMIN_KEY: adminKey,
      LIVE_POLL_SECRET: `${secret} `,
      LIVE_POLL_ORIGINS: 'https://one.example, https://two.example,',
      LIVE_POLL_TRUSTED_PROXIES: '0',
    }
    expect(readEnv(environment)).toEqual({
      port: 8080,
      host: '127.0.0.1',
      directory: resolve('/var/lib/live-poll'),
      isDirectorySet: true,
      database: 'postgres://ada:geheim@localhost/polls',
      databaseName: 'postgres://ada@localhost/polls',
      secret: `${secret} `, // as it is: voters' keys come from it
      redis: 'redis://localhost:6379',
      adminKey,
      channelPort: 9000,
      channelUrl: 'wss://votes.example.org/live-poll/channel',
      origins: ['https://one.example', 'https://two.example'],
      trustedProxies: 0,
    })
  })

  it.each([
    ['PORT', 'http', 'not "http"'],
    ['PORT', '65536', 'a whole number from 0 to 65535'],
    ['PORT', '-1', 'not "-1"'],
    ['LIVE_POLL_CHANNEL_PORT', '1e3', 'not "1e3"'],
    ['LIVE_POLL_CHANNEL_PORT', '3000', 'another port than PORT, not 3000'],
    ['LIVE_POLL_CHANNEL_URL', 'https://my.app', 'as in wss://votes.example.org/live-poll/channel'],
    ['LIVE_POLL_ORIGINS', 'https://one.example,two.example', 'not "two.example"'],
    ['LIVE_POLL_ORIGINS', 'https://one.example/', 'not "https://one.example/"'],
    ['LIVE_POLL_ORIGINS', 'https://*.example', 'not "https://*.example"'],
    ['LIVE_POLL_TRUSTED_PROXIES', '100', 'from 0 to 99'],
    ['LIVE_POLL_REDIS', 'localhost:6379', 'redis://localhost:6379, not a text without a protocol'],
    ['LIVE_POLL_REDIS', 'redis://:geheim@localhost:port', 'not one that begins with redis://'],
    ['LIVE_POLL_DATABASE', 'redis://:geheim@localhost', 'postgres://user:password@host/name or mysql://'],
    ['LIVE_POLL_DATABASE', 'geheim', 'not a text without a protocol'],
    ['LIVE_POLL_SECRET', 'geheim', 'at least 32 bytes, not 6. Make one with: node -p'],
    ['LIVE_POLL_ADMIN_KEY', 'geheim', '"lpa_" and at least 32 characters'],
    ['LIVE_POLL_ADMIN_KEY', 'lpa_geheim', 'not 6 of them'],
  ])('refuses %s=%s by name, and says what is accepted', (name, value, message) => {
    const read = () => readEnv({ LIVE_POLL_SECRET: secret, [name]: value })
    expect(read).toThrow(EnvError)
    expect(read).toThrow(new RegExp(`^${name} must `))
    expect(read).toThrow(message)
    expect(read).not.toThrow(/geheim/)
  })

  it('asks for a secret beside a database, and says how to make one', () => {
    const read = () => readEnv({ LIVE_POLL_DATABASE: 'postgres://localhost/polls' })
    expect(read).toThrow(/^LIVE_POLL_SECRET must be set .* node -p/)
  })
})
