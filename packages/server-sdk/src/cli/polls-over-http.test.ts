import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { create } from './create.ts'
import { overHttp } from './polls-over-http.ts'

let server: Server | undefined
afterEach(() => {
  vi.restoreAllMocks()
  server?.closeAllConnections()
  server?.close()
})

async function listen(answer: RequestListener): Promise<string> {
  const listening = createServer(answer)
  server = listening
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`
}

describe('polls over HTTP', () => {
  it('prints a poll that is made, though its page cannot be looked for', async () => {
    const warn = vi.spyOn(console, 'error').mockReturnValue()
    const url = await listen(({ method }, response) => {
      if (method === 'POST') response.writeHead(201).end('{"id":"p_made"}')
      else response.destroy()
    })
    const { output } = await create(['Lunch?', 'Soup', 'Salad'], { LIVE_POLL_URL: url })
    expect(output).toBe('p_made\n<live-poll poll="p_made"></live-poll>')
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/^live-poll: the poll is made; /))
  })

  it.each<[string, RequestListener]>([
    ['no answer', () => {}],
    ['half of one', (_, response) => void response.write('{"id":')],
  ])('waits a while for %s, and says so', async (_, answer) => {
    const url = await listen(answer)
    const polls = overHttp(url, undefined, 100)
    await expect(polls.get('p_slow')).rejects.toThrow(`${url}/live-poll does not answer (nothing within 0.1 s).`)
    const watched = polls.watch('p_slow', new AbortController().signal)[Symbol.asyncIterator]()
    await expect(watched.next()).rejects.toThrow('nothing within 0.1 s')
  })

  it.each(['<!doctype html>', '', '[]', 'null', '{"status":"ok"}'])(
    'says so where another answers: %s',
    async (text) => {
      const url = await listen((_, response) => void response.end(text))
      const polls = overHttp(url, undefined)
      const message = `${url}/live-poll answered 200, and not as Live Poll does: is it mounted there?`
      await expect(polls.get('p_any')).rejects.toThrow(message)
      await expect(polls.create({ question: 'Lunch?', choices: ['Soup', 'Salad'] })).rejects.toThrow(message)
      const watched = polls.watch('p_any', new AbortController().signal)[Symbol.asyncIterator]()
      await expect(watched.next()).rejects.toThrow(message)
    },
  )

  it('ends a watch without an error when it is aborted within a request', async () => {
    const leaving = new AbortController()
    const url = await listen(() => leaving.abort())
    for await (const poll of overHttp(url, undefined).watch('p_slow', leaving.signal)) expect(poll).toBeUndefined()
    expect(leaving.signal.aborted).toBe(true)
  })
})
