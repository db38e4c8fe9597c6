import type { VoterAdmission } from '@live-poll/client-sdk/protocol'
import { PollError } from '@live-poll/server-sdk'
import { jwt } from '@live-poll/server-sdk/jwt'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createHttpClient } from '../http-client.ts'
import { createRecordingLogger } from '../recording-logger.ts'
import { startLivePoll } from '../start-live-poll.ts'
import {
  audience,
  createSigner,
  identifyBearer,
  issuer,
  type KeyServer,
  type Signer,
  startKeyServer,
} from './jwt-issuer.ts'

const ada = { id: 'ada', session: 's-1' }

let signer: Signer
let rsa: Signer
let stranger: Signer
beforeAll(async () => {
  ;[signer, rsa, stranger] = await Promise.all([createSigner('k1'), createSigner('r1', 'RS256'), createSigner('k1')])
})

describe('keys that an issuer publishes', () => {
  let server: KeyServer
  const start = async (...keys: Parameters<typeof startKeyServer>) => {
    server = await startKeyServer(...keys)
    const logger = createRecordingLogger()
    return { logger, identify: jwt({ jwksUrl: server.url, logger, issuer, audience }) }
  }
  afterEach(async () => {
    vi.useRealTimers()
    await server.close()
  })
  /** Of the keys' age, without waiting. */
  const later = (milliseconds: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds })

  it('are fetched once, for as many tokens as come', async () => {
    const { identify } = await start([signer.jwk, rsa.jwk])
    const tokens = await Promise.all([signer.sign(), rsa.sign({ sub: 'bob' }), signer.sign(), stranger.sign()])
    const users = await Promise.all(tokens.map((token) => identifyBearer(identify, token)))
    expect(users).toEqual([ada, { id: 'bob', session: 's-1' }, ada, undefined])
    expect(server.asked()).toBe(1)
  })

  it('are not fetched for who has no token', async () => {
    const { identify } = await start([signer.jwk])
    expect(await identify({ headers: new Headers() })).toBeUndefined()
    expect(server.asked()).toBe(0)
  })

  it('may be replaced: a new key counts when it is first seen, an old one no longer than ten minutes', async () => {
    const { identify } = await start([signer.jwk])
    const next = await createSigner('k2')
    expect(await identifyBearer(identify, await signer.sign())).toEqual(ada)
    server.publish([next.jwk])
    const forged = await stranger.sign({}, { kid: 'k3' })
    expect(await identifyBearer(identify, forged), 'who invents keys causes no fetch').toBeUndefined()
    expect(server.asked()).toBe(1)
    later(31_000)
    expect(await identifyBearer(identify, await next.sign())).toEqual(ada)
    expect(server.asked()).toBe(2)
    expect(await identifyBearer(identify, await signer.sign()), 'it is no longer published').toBeUndefined()
    server.publish([])
    later(601_000)
    expect(await identifyBearer(identify, await next.sign())).toBeUndefined()
  })

  it('are tried one by one for a token that names none', async () => {
    const { identify } = await start([stranger.jwk, signer.jwk, rsa.jwk])
    expect(await identifyBearer(identify, await signer.sign({}, { kid: undefined }))).toEqual(ada)
    expect(await identifyBearer(identify, await signer.sign({ aud: 'other' }, { kid: undefined }))).toBeUndefined()
    const outsider = await createSigner('k9')
    expect(await identifyBearer(identify, await outsider.sign({}, { kid: undefined }))).toBeUndefined()
  })

  it('that cannot be had are an error, said once, until they are back', async () => {
    const { identify, logger } = await start(undefined)
    const token = await signer.sign()
    for (const attempt of [token, token, await stranger.sign()]) {
      const error = await identifyBearer(identify, attempt).catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(PollError)
      expect(error).toMatchObject({ code: 'UNAVAILABLE', retryable: true })
      expect(String(error)).not.toContain(server.url)
    }
    expect(logger.warnings).toEqual([[expect.stringContaining(server.url), expect.any(Error)]])
    expect(await identifyBearer(identify, 'no.token.at-all'), 'that needs no key').toBeUndefined()
    server.publish([signer.jwk])
    expect(await identifyBearer(identify, token)).toEqual(ada)
    server.publish(undefined)
    later(601_000)
    const fresh = await signer.sign()
    await expect(identifyBearer(identify, fresh)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(logger.warnings).toHaveLength(2)
  })

  it('of a server that is gone are an error, too', async () => {
    const { identify } = await start([signer.jwk])
    await server.close()
    await expect(identifyBearer(identify, await signer.sign())).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    server = await startKeyServer([])
  })

  it('say who votes: the user of a token, a device without one, and nobody while they cannot be had', async () => {
    const { identify } = await start(undefined)
    const running = await startLivePoll({ identify })
    const call = createHttpClient(running.origin)
    const token = await signer.sign()
    const refused = await call('POST', '/voters', { token })
    expect(refused).toMatchObject({ status: 503, body: { error: { code: 'UNAVAILABLE' } } })
    expect(refused.body.error.message).toMatch(/^Sign-ins cannot be checked/)
    const voterOf = async (options: { token?: string }) =>
      (await call<VoterAdmission>('POST', '/voters', options)).body.voterId
    expect(await voterOf({}), 'who shows no token needs no key').toMatch(/^[\w-]{16,}$/)
    server.publish([signer.jwk])
    expect(await voterOf({ token })).toBe('ada')
    expect(await voterOf({ token: await stranger.sign() })).toMatch(/^[\w-]{16,}$/)
    expect(running.logger.errors).toEqual([])
    await running.stop()
  })
})
