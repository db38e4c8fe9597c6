import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adminKey } from '../admin-key.ts'
import { expectError } from '../expect-error.ts'
import { connectTo, readAnswers, write } from '../hostile/raw-http.ts'
import { createHttpClient, type HttpClient } from '../http-client.ts'
import type { RunningLivePoll } from '../start-live-poll.ts'
import type { HttpHost } from './http-hosts.ts'

export const proxiedOptions = {
  basePath: '/api/v2/polls',
  trustedProxies: 1,
  newDevices: { perMinute: 1, burst: 1 },
} as const

/**
 * Routes at another path, behind a proxy whose word on the sender counts, over one host.
 * @param index of the host: each has networks of its own
 * @param running with `proxiedOptions`
 */
export function describeBehindProxies(name: string, host: HttpHost, index: number, running: () => RunningLivePoll) {
  describe(`on ${name}`, () => {
    let call: HttpClient
    let origin: string
    let stop: () => Promise<void>
    beforeAll(async () => {
      const http = await host.listen(running().livePoll)
      stop = http.close
      origin = http.origin
      call = createHttpClient(origin, proxiedOptions.basePath)
    })
    afterAll(() => stop())

    it('the routes are at that path, and nowhere else', async () => {
      expect(await call('GET', '/health/live')).toMatchObject({ status: 200, body: { status: 'ok' } })
      expectError(await call('GET', '/nothing'), 'NOT_FOUND')
      const elsewhere = await createHttpClient(origin)<string>('GET', '/health/live')
      expect(elsewhere).toMatchObject({ status: host.notFound.status, body: host.notFound.body })
    })

    it('the last address that the proxy names is the sender', async () => {
      const from = (...addresses: string[]) =>
        call('POST', '/voters', { headers: { 'x-forwarded-for': addresses.join(', ') } })
      expect((await from(`203.0.${index}.7`)).status).toBe(200)
      expectError(await from(`192.0.2.1`, `203.0.${index}.8`), 'RATE_LIMITED')
      expect((await from(`198.51.${index}.7`)).status, 'another network').toBe(200)
    })

    it.each(['latin1', 'utf8'] as const)('headers beyond ASCII are no fault, in %s', async (encoding) => {
      const { livePoll, logger } = running()
      const poll = await livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })
      const names = ['accept', 'authorization', 'cookie', 'if-none-match', 'origin', 'user-agent', 'x-forwarded-for']
      for (const line of [...names.map((name) => `${name}: clés-`), `authorization: Bearer ${adminKey}é-`]) {
        for (const route of [
          `GET ${proxiedOptions.basePath}/polls/${poll.id}`,
          `GET ${proxiedOptions.basePath}/polls`,
        ]) {
          const head = `${route} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nlive-poll-client: 1\r\n${line}\r\n\r\n`
          const socket = await connectTo(origin)
          await write(socket, [Buffer.from(head, encoding)])
          const { statuses } = await readAnswers(socket)
          expect([[200], [401], [403]], `${route}, ${line}`).toContainEqual(statuses)
        }
      }
      expect(logger.errors).toEqual([])
    })
  })
}
