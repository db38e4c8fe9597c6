import { once } from 'node:events'
import type { HttpRequest, LivePoll } from '@live-poll/server-sdk'
import { describe, expect, it, vi } from 'vitest'
import { connectTo, readAnswers, write } from '../hostile/raw-http.ts'
import type { HttpHost } from './http-hosts.ts'
import { listenWith } from './listen-with.ts'

const path = '/live-poll/request'
const megabyte = 1_000_000
/** A new one each time, as from Live Poll: some servers write into its headers. */
const fine = () => ({ status: 200, headers: {}, body: 'Fine.' })

/** What an adapter makes of requests, whole and broken, over one host. */
export function describeRequests(name: string, host: HttpHost): void {
  /** An app that keeps what it is asked. */
  async function serve(handle: LivePoll['handle'] = async () => fine()) {
    const asked: HttpRequest[] = []
    const { origin, close } = await listenWith(host, (request) => {
      asked.push(request)
      return handle(request)
    })
    const send = async (...parts: readonly (string | Uint8Array)[]) => {
      const socket = await connectTo(origin)
      await write(socket, parts)
      return socket
    }
    return { asked, origin, send, close }
  }

  async function expectFine(origin: string) {
    const answer = await fetch(origin + path, { signal: AbortSignal.timeout(5000) })
    expect([answer.status, await answer.text()], 'the next request').toEqual([200, fine().body])
  }

  describe(`A request on ${name}`, () => {
    it('comes with its query, its sender, and all values of its headers', async () => {
      const { asked, send, close } = await serve()
      const headers = ['cookie: a=1', 'cookie: b=2', 'x-forwarded-for: 192.0.2.1', 'X-Forwarded-For: 192.0.2.2']
      const socket = await send(
        `GET ${path}?a=%31&b HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n${headers.join('\r\n')}\r\n\r\n`,
      )
      expect((await readAnswers(socket)).statuses).toEqual([200])
      const [request] = asked
      expect(request).toMatchObject({ method: 'GET', path })
      expect([...(request?.query ?? [])]).toEqual([
        ['a', '1'],
        ['b', ''],
      ])
      for (const [header, value] of [
        ['cookie', 'a=1; b=2'],
        ['x-forwarded-for', '192.0.2.1, 192.0.2.2'],
      ] as const) {
        expect(request?.headers.get(header)).toBe(value)
        if (request?.header) expect(request.header(header), 'where it is asked for alone').toBe(value)
      }
      expect(request?.remoteAddress).toBe(host.isWithoutAddress ? undefined : '127.0.0.1')
      await close()
    })

    it.each(['latin1', 'utf8'] as const)('may have headers beyond ASCII, in %s', async (encoding) => {
      const { asked, send, close } = await serve()
      const head = `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nx-name: clés-\r\ncookie: a=é; b=2\r\n\r\n`
      const socket = await send(Buffer.from(head, encoding))
      expect((await readAnswers(socket)).statuses).toEqual([200])
      const headers = asked[0]?.headers
      expect(headers?.get('x-name')).toMatch(/^cl.+s-$/)
      expect(headers?.get('cookie')).toMatch(/^a=.+; b=2$/)
      await close()
    })

    it('that Live Poll fails at ends, and the next is answered', async () => {
      let hasFailed = false
      const { asked, origin, send, close } = await serve(async () => {
        if (hasFailed) return fine()
        hasFailed = true
        throw new Error('This is a defect.')
      })
      const silence = vi.spyOn(console, 'error').mockImplementation(() => {}) // of the frameworks
      const socket = await send(`GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`)
      const { statuses } = await readAnswers(socket)
      expect([[], [500]], 'cut off, or by a page of the framework').toContainEqual(statuses)
      await expectFine(origin)
      expect(asked).toHaveLength(2)
      silence.mockRestore()
      await close()
    })
  })

  describe(`The body of a request on ${name}`, () => {
    const contentType = host.parser === 'json' ? 'application/json' : 'image/png'

    describe.each([
      ['of a known length', 'content-length: 1000', '{"a":"'],
      ['in chunks', 'transfer-encoding: chunked', '6\r\n{"a":"\r\n'],
    ])('%s', (_, framing, half) => {
      it.each([
        ['whole', (request: HttpRequest) => request.readBody(megabyte)],
        ['in pieces', (request: HttpRequest) => readPieces(request)],
      ])('that breaks off while it is read %s is nobody’s fault', async (_how, read) => {
        const failures: unknown[] = []
        const { asked, origin, send, close } = await serve(async (request) => {
          if (request.method === 'POST') await read(request).catch((error) => failures.push(error))
          return fine()
        })
        const socket = await send(
          `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: ${contentType}\r\n${framing}\r\n\r\n`,
          half,
        )
        if (host.parser === 'none') await vi.waitFor(() => expect(asked).toHaveLength(1))
        else await expectFine(origin) // by then the parser has the other
        socket.destroy()
        await once(socket, 'close')
        if (host.parser === 'none') {
          await vi.waitFor(() => expect(failures).toMatchObject([{ code: 'BAD_JSON', message: 'The body broke off.' }]))
        }
        await expectFine(origin)
        expect(failures, 'a parser of the app’s has its own words').toHaveLength(host.parser === 'none' ? 1 : 0)
        await close()
      })
    })

    if (host.parser !== 'none') return // the app has read it before

    it('comes whole, and no more of it than is wanted', async () => {
      const lengths: unknown[] = []
      const { origin, close } = await serve(async (request) => {
        const read = request.readBody(5 * megabyte)
        lengths.push(
          await read.then(
            (body) => 'bytes' in body && body.bytes.length,
            ({ code }) => code,
          ),
        )
        return fine()
      })
      const init = { method: 'POST', headers: { 'content-type': 'image/png' }, duplex: 'half' } as const
      await fetch(origin + path, { ...init, body: Buffer.alloc(5 * megabyte) })
      await fetch(origin + path, { ...init, body: new Blob([Buffer.alloc(5 * megabyte)]).stream() })
      expect(lengths).toEqual([5 * megabyte, 5 * megabyte])
      const large = { ...init, body: new Blob([Buffer.alloc(5 * megabyte + 1)]).stream() }
      await fetch(origin + path, large).catch(() => {}) // it may be cut off while it sends
      await vi.waitFor(() => expect(lengths[2]).toBe('TOO_LARGE'))
      await close()
    })
  })
}

async function readPieces(request: HttpRequest) {
  for await (const _ of request.streamBody?.() ?? []) {
    // Thrown away.
  }
}
