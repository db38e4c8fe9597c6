import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { createUploadImage } from './upload-image.ts'

const stored = { id: 'i_7x', width: 16, height: 9, placeholder: 'data:image/webp;base64,AA==', key: 'k' }
const picture = new Blob(['a picture'], { type: 'image/png' })

let end = () => {}
afterEach(() => end())

/** A server that answers uploads, and keeps what came. */
async function start(answer: (response: ServerResponse) => void) {
  const came: { readonly line: string; readonly headers: IncomingMessage['headers']; readonly body: string }[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    came.push({ line: `${request.method} ${request.url}`, headers: request.headers, body })
    answer(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  end = () => {
    server.closeAllConnections()
    server.close()
  }
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/live-poll`
  return { upload: createUploadImage({ server: url, token: 'lpa_key' }), came }
}

const answers = (status: number, body: object) => (response: ServerResponse) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))

it('sends the picture as it is, and says when it is there', async () => {
  const { upload, came } = await start(answers(201, stored))
  const parts: number[] = []
  expect(await upload(picture, { onProgress: (part) => parts.push(part) })).toEqual(stored)
  expect(parts).toEqual([1])
  expect(came).toMatchObject([{ line: 'POST /live-poll/images', body: 'a picture' }])
  const [request] = came
  expect(request?.headers).toMatchObject({
    'content-type': 'image/png',
    authorization: 'Bearer lpa_key',
    'live-poll-client': '1',
  })
})

it('rejects with the code of the server', async () => {
  const { upload } = await start(answers(413, { error: { code: 'TOO_LARGE', message: 'Too large.' } }))
  await expect(upload(picture)).rejects.toMatchObject({ code: 'TOO_LARGE', message: 'Too large.' })
})

it('rejects with UNAVAILABLE where the server breaks off', async () => {
  const { upload } = await start((response) => response.destroy())
  await expect(upload(picture)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
})

it('sends nothing of a file that is empty', async () => {
  const { upload, came } = await start(answers(201, stored))
  await expect(upload(new Blob([]))).rejects.toMatchObject({ code: 'INVALID' })
  expect(came).toEqual([])
})

it('stops at a signal, and says what that said', async () => {
  const stop = new AbortController()
  const { upload, came } = await start(() => stop.abort(new Error('changed my mind')))
  await expect(upload(picture, { signal: stop.signal })).rejects.toThrow('changed my mind')
  expect(came).toHaveLength(1)
  await expect(upload(picture, { signal: stop.signal })).rejects.toThrow('changed my mind')
  expect(came).toHaveLength(1)
})
