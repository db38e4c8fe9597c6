import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Poll, StoredImage } from '@live-poll/client-sdk/protocol'
import { s3 } from '@live-poll/server-sdk/s3'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createImageId } from '../../src/identity/image-id.ts'
import { deriveKeys } from '../../src/identity/keys.ts'
import { adminKey } from '../admin-key.ts'
import { expectError } from '../expect-error.ts'
import { createHttpClient, type HttpClient } from '../http-client.ts'
import { newLargePicture, newPicture } from '../pictures.ts'
import { connectS3, type S3UnderTest, startS3 } from '../servers/s3.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'

const secret = 'a secret that these pictures are named by'
const asOrganizer = { token: adminKey }

/** What stands between the server and its bucket: it passes everything on, unless it is told what to do instead. */
type Mischief = 'none' | 'answers 500' | 'hangs' | 'cuts in the middle'
let mischief: Mischief = 'none'

async function startGate(endpoint: string): Promise<Server> {
  const gate = createServer((incoming, response) => {
    if (mischief === 'hangs') return
    if (mischief === 'answers 500') return void response.writeHead(500).end('<Error><Code>InternalError</Code></Error>')
    const { method, url = '/', headers } = incoming
    const onward = request(new URL(url, endpoint), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      if (mischief === 'none') return void answer.pipe(response)
      answer.once('data', (bytes: Buffer) =>
        response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy()),
      )
    })
    onward.on('error', () => response.destroy())
    if (mischief === 'none' || method === 'GET') return void incoming.pipe(onward)
    incoming.once('data', () => incoming.destroy())
  })
  await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve))
  return gate
}

let bucket: S3UnderTest
let gate: Server
let running: RunningLivePoll
let call: HttpClient
beforeAll(async () => {
  bucket = await startS3()
  gate = await startGate(bucket.endpoint)
  const client = connectS3(`http://127.0.0.1:${(gate.address() as AddressInfo).port}`)
  running = await startLivePoll({ secret, images: s3({ client, bucket: bucket.bucket, timeout: 1000 }) })
  call = createHttpClient(running.origin)
})
afterAll(async () => {
  await running.stop()
  gate.close()
  gate.closeAllConnections()
  await bucket.stop()
})

afterEach(() => {
  mischief = 'none'
})

/** Votes, one after the other, until it is told to stop. */
function keepVoting() {
  let isOver = false
  let votes = 0
  const voting = (async () => {
    const { body: poll } = await call<Poll>('POST', '/polls', {
      ...{ ...asOrganizer, body: { question: 'Still standing?', choices: ['Yes', 'No'] } },
    })
    for (; !isOver || votes === 0; votes++) {
      await running.livePoll.api.castVote({ pollId: poll.id, voter: `voter-${votes}`, choices: [1] })
    }
    return (await running.livePoll.api.getResults(poll.id)).voters
  })()
  return async () => {
    isOver = true
    const counted = await voting
    expect(counted).toBe(votes)
    return votes
  }
}

/** One whole vote, from asking to counting, while something is wrong with the store. */
async function expectVoteTakenMeanwhile() {
  expect(mischief).not.toBe('none')
  const kind = mischief
  const { api } = running.livePoll
  const { id: pollId } = await api.createPoll({ question: 'Meanwhile?', choices: ['Yes', 'No'] })
  expect(await api.castVote({ pollId, voter: 'ada', choices: [2] })).toMatchObject({ revision: 1 })
  expect(await api.getResults(pollId)).toMatchObject({ votes: [0, 1], voters: 1 })
  expect(mischief, 'it is still wrong').toBe(kind)
}

describe.each<Mischief>(['answers 500', 'hangs', 'cuts in the middle'])('While the store %s', (kind) => {
  it('an upload says so, leaves nothing to see, and works when it is over; votes go on', async () => {
    const picture = await newPicture(1000, 500)
    const id = createImageId(deriveKeys(secret).imageIds)(null, picture)
    const upload = { ...asOrganizer, body: picture, type: 'image/png' }
    const stopVoting = keepVoting()
    mischief = kind
    const refused = call('POST', '/images', upload)
    await expectVoteTakenMeanwhile()
    expectError(await refused, 'STORAGE_UNAVAILABLE')
    await expectVoteTakenMeanwhile()
    expectError(await call('GET', `/images/${id}`), 'NOT_FOUND')
    const poll = { question: 'Which?', image: { id }, choices: ['a', 'b'] }
    expectError(await call('POST', '/polls', { ...asOrganizer, body: poll }), 'INVALID')
    mischief = 'none'
    const again = await call<StoredImage>('POST', '/images', upload)
    expect(again).toMatchObject({ status: 201, body: { id } })
    expect((await call('GET', `/images/${id}?key=${again.body.key}`)).status).toBe(200)
    expect(await stopVoting()).toBeGreaterThan(0)
  })

  it('pictures that were asked for before are shown, others say so, and a client that has one is told', async () => {
    const { body: image } = await call<StoredImage>('POST', '/images', {
      ...{ ...asOrganizer, body: await newPicture(1000, 500), type: 'image/png' },
    })
    const get = (width: number, headers = {}) =>
      call('GET', `/images/${image.id}?w=${width}&key=${image.key}`, { headers })
    const { headers } = await get(640)
    const stopVoting = keepVoting()
    mischief = kind
    expect((await get(640)).status).toBe(200)
    const refused = get(320)
    await expectVoteTakenMeanwhile()
    expectError(await refused, 'STORAGE_UNAVAILABLE')
    expect((await get(640, { 'if-none-match': headers.etag ?? '' })).status).toBe(304)
    mischief = 'none'
    expect((await get(320)).status).toBe(200)
    expect(await stopVoting()).toBeGreaterThan(0)
  })
})

it('What is cut in the middle of a large picture does not look whole', { timeout: 60_000 }, async () => {
  const { body: image } = await call<StoredImage>('POST', '/images', {
    ...{ ...asOrganizer, body: await newLargePicture(), type: 'image/jpeg' },
  })
  const url = `${running.origin}/live-poll/images/${image.id}?key=${image.key}`
  const { headers } = await fetch(url, { method: 'HEAD' })
  expect(Number(headers.get('content-length'))).toBeGreaterThan(1024 * 1024)
  mischief = 'cuts in the middle'
  const answer = await fetch(url)
  await expect(answer.arrayBuffer()).rejects.toThrow()
  mischief = 'none'
  expect((await (await fetch(url)).arrayBuffer()).byteLength).toBe(Number(headers.get('content-length')))
})
