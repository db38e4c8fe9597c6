import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findAddress, writeAddress } from './dev-address.ts'
import { instance, pageHeader } from './pages.ts'

let folder: string
let server: Server | undefined
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'live-poll-address-'))
})
afterEach(async () => {
  server?.closeAllConnections()
  server?.close()
  await rm(folder, { recursive: true })
})

async function listen(answer: RequestListener): Promise<string> {
  const listening = createServer(answer)
  server = listening
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`
}

describe('the address of live-poll dev', () => {
  it('is found while the process that wrote it answers, and no longer', async () => {
    const url = await listen((_, response) => response.setHeader(pageHeader, instance).end())
    expect(await findAddress(folder)).toBeUndefined()
    const forget = await writeAddress(folder, url)
    expect(await findAddress(folder)).toBe(url)
    await forget()
    expect(await readdir(folder)).toEqual([])
    await forget()
  })

  it('is left alone where another server has written its own', async () => {
    const forget = await writeAddress(folder, 'http://localhost:3000')
    await writeFile(join(folder, 'address'), 'http://localhost:3000\nanother\n')
    await forget()
    expect(await readFile(join(folder, 'address'), 'utf8')).toContain('another')
  })

  it.each<[string, RequestListener]>([
    ['is no Live Poll', (_, response) => response.end()],
    ['is another Live Poll', (_, response) => response.setHeader(pageHeader, 'another').end()],
    ['sends elsewhere', (_, response) => response.writeHead(302, { location: '/', [pageHeader]: instance }).end()],
    ['never answers', () => {}],
  ])('is not believed where what has the port now %s', async (_, answer) => {
    await writeAddress(folder, await listen(answer))
    expect(await findAddress(folder)).toBeUndefined()
  })

  it('is not believed where it is another text', async () => {
    await writeFile(join(folder, 'address'), '')
    expect(await findAddress(folder)).toBeUndefined()
  })
})
