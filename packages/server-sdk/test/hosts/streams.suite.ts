import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import type { HttpReply, HttpSink, HttpStreamEvents } from '@live-poll/server-sdk'
import { describe, expect, it, vi } from 'vitest'
import type { HttpHost, ListeningHost } from './http-hosts.ts'
import { listenWith } from './listen-with.ts'

const megabyte = 1_000_000
const path = '/live-poll/stream'

/** What an adapter makes of bodies: of replies that are written piece by piece, and of large ones, over one host. */
export function describeStreams(name: string, host: HttpHost): void {
  /** An app whose only reply is a stream of the test's own. */
  async function serve(headers: Record<string, string> = {}) {
    const told: string[] = []
    const streams: HttpSink[] = []
    const stream = vi.fn((sink: HttpSink): HttpStreamEvents => {
      streams.push(sink)
      return { drained: () => told.push('drained'), closed: () => told.push('closed') }
    })
    const reply: HttpReply = { status: 200, headers, body: null, stream }
    const http = await listenWith(host, async () => reply)
    const sink = () =>
      vi.waitFor(() => {
        if (!streams[0]) throw new Error('The stream has not begun.')
        return streams[0]
      })
    return { http, told, stream, sink }
  }

  /** Asks, and begins the stream: some servers send no headers before it has a first piece. */
  async function open({ http, sink }: { http: ListeningHost; sink: () => Promise<HttpSink> }, first = 'first') {
    const leaving = new AbortController()
    const answer = fetch(`${http.origin}${path}`, { signal: leaving.signal })
    const given = await sink()
    given.write(first)
    const response = await answer
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    const read = async (bytes: number) => {
      let length = 0
      while (length < bytes) length += (await reader.read()).value?.length ?? Number.NaN
      expect(length).toBe(bytes)
    }
    await read(first.length)
    return { sink: given, response, reader, read, leave: () => leaving.abort() }
  }

  describe(`A stream on ${name}`, () => {
    it('says what waits, when it has gone, and when all is over', async () => {
      const served = await serve({ 'content-type': 'text/plain' })
      const { sink, response, read, reader } = await open(served)
      expect(response.headers.get('content-type')).toBe('text/plain')
      await vi.waitFor(() => expect(sink.buffered()).toBe(0))
      for (let piece = 0; piece < 20; piece++) sink.write(Buffer.alloc(megabyte, 'x'))
      expect(sink.buffered()).toBeGreaterThan(megabyte)
      const before = served.told.length
      await read(20 * megabyte)
      await vi.waitFor(() => expect(served.told.slice(before)).toContain('drained'))
      expect(sink.buffered()).toBe(0)
      expect(served.told).not.toContain('closed')
      sink.write('last')
      sink.end()
      await read('last'.length)
      expect((await reader.read()).done).toBe(true)
      await vi.waitFor(() => expect(served.told).toContain('closed'))
      const all = served.told.length
      sink.write('more')
      sink.end()
      sink.destroy()
      await served.http.close()
      expect(served.told, 'once, and nothing after it').toHaveLength(all)
    })

    it('sends what is written before its end, to who reads late', async () => {
      const served = await serve()
      const { sink, read, reader } = await open(served)
      for (let piece = 0; piece < 10; piece++) sink.write(Buffer.alloc(megabyte, 'x'))
      sink.end()
      await read(10 * megabyte)
      expect((await reader.read()).done).toBe(true)
      await vi.waitFor(() => expect(served.told).toContain('closed'))
      await served.http.close()
    })

    it('has the length that it says, and no more', async () => {
      const served = await serve({ 'content-length': String(5 * megabyte) })
      const { sink, response, read, reader } = await open(served, 'x'.repeat(megabyte))
      expect(response.headers.get('content-length')).toBe(String(5 * megabyte))
      for (let piece = 1; piece < 5; piece++) sink.write(Buffer.alloc(megabyte, 'x'))
      sink.end()
      await read(4 * megabyte)
      expect((await reader.read()).done).toBe(true)
      await vi.waitFor(() => expect(served.told).toContain('closed'))
      await served.http.close()
    })

    it('that is cut off does not look as if it had ended', async () => {
      const served = await serve({ 'content-length': String(megabyte) })
      const { sink, reader } = await open(served)
      sink.destroy()
      await expect(reader.read()).rejects.toThrow()
      await vi.waitFor(() => expect(served.told.filter((event) => event === 'closed')).toHaveLength(1))
      await served.http.close()
    })

    it('ends at once for a client who never reads', async () => {
      const served = await serve()
      const { sink, reader } = await open(served)
      for (let piece = 0; piece < 20; piece++) sink.write(Buffer.alloc(megabyte, 'x'))
      sink.end()
      expect(served.told).not.toContain('closed')
      sink.destroy()
      await vi.waitFor(() => expect(served.told.filter((event) => event === 'closed')).toHaveLength(1))
      await reader.cancel().catch(() => {})
      await served.http.close()
    })

    it('ends when the client leaves', async () => {
      const served = await serve()
      const { sink, leave } = await open(served)
      leave()
      await vi.waitFor(() => expect(served.told.filter((event) => event === 'closed')).toHaveLength(1))
      sink.write('more')
      sink.end()
      expect(served.told.filter((event) => event === 'closed')).toHaveLength(1)
      await served.http.close()
    })

    it('is not begun for HEAD', async () => {
      const { http, stream } = await serve({ 'content-length': '5' })
      const answer = await fetch(`${http.origin}${path}`, { method: 'HEAD' })
      expect([answer.status, answer.headers.get('content-length')]).toEqual([200, '5'])
      expect(stream).not.toHaveBeenCalled()
      await http.close()
    })
  })
  describe(`A body on ${name}`, () => {
    it.each([
      ['a text', 'ö'.repeat(3 * megabyte)],
      ['bytes', Buffer.alloc(6 * megabyte, 'x')],
    ])('of a reply, %s, comes whole', async (_, body) => {
      const http = await listenWith(host, async () => ({
        status: 200,
        headers: { 'content-type': 'text/plain' },
        body,
      }))
      const answer = await fetch(`${http.origin}${path}`)
      expect(answer.headers.get('content-length')).toBe(String(6 * megabyte))
      expect(Buffer.from(await answer.arrayBuffer()).equals(Buffer.from(body))).toBe(true)
      const head = await fetch(`${http.origin}${path}`, { method: 'HEAD' })
      expect(head.headers.get('content-length')).toBe(String(6 * megabyte))
      await http.close()
    })

    if (host.parser !== 'none') return // the app has read it before

    it('of a request stays with the network until somebody reads it', async () => {
      let goOn = () => {}
      const waiting = new Promise<void>((resolve) => {
        goOn = resolve
      })
      const http = await listenWith(host, async (asked) => {
        await waiting
        let length = 0
        for await (const piece of asked.streamBody?.() ?? []) length += piece.length
        return { status: 200, headers: {}, body: String(length) }
      })
      const call = request(`${http.origin}${path}`, { method: 'POST', agent: false })
      const answer = new Promise<IncomingMessage>((resolve, reject) => call.on('response', resolve).on('error', reject))
      for (let piece = 0; piece < 40; piece++) call.write(Buffer.alloc(megabyte))
      call.end()
      expect(await standstill(call)).toBeGreaterThan(10 * megabyte)
      goOn()
      expect(Buffer.concat(await (await answer).toArray()).toString()).toBe(String(40 * megabyte))
      await http.close()
    })
  })
}

/** @returns bytes that a client still has to send, once the server takes no more */
async function standstill(call: ClientRequest): Promise<number> {
  let before = -1
  return vi.waitFor(
    () => {
      const now = call.writableLength
      const isMoving = now !== before
      before = now
      if (isMoving) throw new Error('It goes on.')
      return now
    },
    { interval: 100, timeout: 10_000 },
  )
}
