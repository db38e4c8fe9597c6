/**
 * A picture, 640 pixels wide. Variants: `ours`, mounted into Node's server as in production, on Postgres and files; and
 * `plain`, which answers every request with those same bytes, by node:http and nothing else.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLivePoll } from '@live-poll/server-sdk'
import { files } from '@live-poll/server-sdk/files'
import { toNodeHandler } from '@live-poll/server-sdk/node'
import { postgres } from '@live-poll/server-sdk/postgres'
import { Pool } from 'pg'
import sharp from 'sharp'
import { answerCalls } from '../process/calls.ts'
import { commonCalls, readArgument } from './common.ts'

const { postgresUrl, variant } = readArgument()
const directory = mkdtempSync(join(tmpdir(), 'live-poll-bench-'))
process.on('exit', () => rmSync(directory, { recursive: true, force: true }))
const livePoll = createLivePoll({
  database: postgres({ pool: new Pool({ connectionString: postgresUrl }) }),
  secret: 'a secret of the benchmark, 32 bytes or more',
  images: files({ directory }),
})
await livePoll.migrate()
const image = await livePoll.api.storeImage(await drawPicture())
await livePoll.api.createPoll({ question: 'Where?', image: { id: image.id }, choices: ['Here', 'There'] })
const path = `${livePoll.basePath}/images/${image.id}?w=640`
const port = await listen(toNodeHandler(livePoll))

const calls = {
  ...commonCalls(),
  path: (_: null) => path,
  async port(_: null) {
    if (variant === 'ours') return port
    const bytes = Buffer.from(await (await fetch(`http://127.0.0.1:${port}${path}`)).arrayBuffer())
    return listen((_request, response) => {
      response.writeHead(200, { 'content-type': 'image/webp', 'content-length': bytes.length }).end(bytes)
    })
  },
}
export type ImageServer = typeof calls
answerCalls(calls)

async function listen(listener: RequestListener): Promise<number> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** As large as a photo is when it is encoded: wooded hills. */
function drawPicture(): Promise<Buffer> {
  const [width, height] = [1280, 960]
  const pixels = Buffer.alloc(width * height * 3)
  for (let at = 0; at < pixels.length; at++) {
    const [x, y] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)]
    const hills = 60 * Math.sin(x / 90 + (at % 3)) + 50 * Math.cos(y / 70 - x / 300)
    const leaves = (22 * ((Math.floor(x / 5) * 7919 + Math.floor(y / 5) * 104_729) % 97)) / 97
    pixels[at] = Math.max(0, Math.min(255, 120 + hills + leaves))
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 90 })
    .toBuffer()
}
