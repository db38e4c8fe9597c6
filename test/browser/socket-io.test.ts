import { redis } from '@live-poll/server-sdk/redis'
import { afterAll, beforeAll, expect } from 'vitest'
import { castVote } from '../../bench/src/page-probes.ts'
import { cast, relayTicket } from '../../packages/server-sdk/test/hosts/channel-visitor.ts'
import { openRawSocket, type RawSocket } from '../../packages/server-sdk/test/raw-socket.ts'
import {
  createPostgresDatabase,
  describeOnPostgres,
  type TestDatabase,
} from '../../packages/server-sdk/test/servers/postgres.ts'
import { postgresDatabase } from '../../packages/server-sdk/test/servers/postgres-database.ts'
import { describeOnRedis, startRedis, type TestRedis } from '../../packages/server-sdk/test/servers/redis.ts'
import { type ServedSocketIo, serveSocketIo } from '../../packages/server-sdk/test/servers/serve-socket-io.ts'
import { nodeSecret } from '../../packages/server-sdk/test/servers/start-nodes.ts'
import { type RunningLivePoll, startLivePoll } from '../../packages/server-sdk/test/start-live-poll.ts'
import { describeInBrowser, test } from './browser-test.ts'
import { htmlPage, type Site, script, startSite } from './site.ts'
import { turnoutOf, vote } from './tag-page.ts'

/** In each direction. */
const votes = 100

describeOnRedis('On two nodes with Redis', () => {
  describeOnPostgres('and one Postgres', () => {
    describeInBrowser('a client of Socket.IO on one, and <live-poll> on the other', () => {
      let server: TestRedis
      let database: TestDatabase
      let one: RunningLivePoll
      let served: ServedSocketIo
      let other: Site
      beforeAll(async () => {
        ;[server, database] = await Promise.all([startRedis(), createPostgresDatabase()])
        const shared = () => ({ database: postgresDatabase(database.url), redis: redis({ client: server.client }) })
        one = await startLivePoll({ ...shared(), secret: nodeSecret, directory: 'none' })
        served = await serveSocketIo(one.livePoll)
        other = await startSite({ ...shared(), secret: nodeSecret, directory: 'none' })
      })
      afterAll(async () => {
        await other?.close()
        await served?.close()
        await one?.stop()
        await server?.stop()
        await database?.drop()
      })

      test('see each other’s votes', { timeout: 120_000 }, async ({ open }) => {
        const { id } = await one.livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })
        const client = await openRawSocket(served.channelUrl)
        client.send({ type: 'hello', ticket: await relayTicket(one) })
        await client.take('welcome')
        client.send({ type: 'watch', pollId: id })
        await client.take('poll')
        const page = await open(other.page(htmlPage(`${script()}<live-poll poll="${id}"></live-poll>`)))
        await page.getByText('Choose one').waitFor()
        await vote(page, 'Salad')
        await client.take('results', (results) => results.voters === 1)

        await page.evaluate(noteTurnouts)
        const casts = await castAll(client, id)
        await expect.poll(() => turnoutOf(page), { timeout: 10_000 }).toBe(`${votes + 1} voters`)
        // It is noted with the next frame, which may be after the text has been seen from here.
        await page.waitForFunction(`turnouts.at(-1).voters === ${votes + 1}`)
        const turnouts = await page.evaluate<readonly Turnout[]>('turnouts')
        // Of two that come together the tag may show the later one alone.
        const toTag = casts.map(
          ({ voters, at }) => (turnouts.find((one) => one.voters >= voters)?.at ?? Number.NaN) - at,
        )

        const toClient: number[] = []
        for (let turn = 0; turn < votes; turn++) {
          const pressed = await page.evaluate(castVote, turn % 2)
          const expected = turn % 2 === 0 ? [votes + 1, 0] : [votes, 1]
          const at = await client
            .take('results', (results) => results.votes.join() === expected.join())
            .then(() => Date.now())
          toClient.push(at - pressed)
        }
        for (const [way, lags] of Object.entries({ 'Socket.IO to the tag': toTag, 'the tag to Socket.IO': toClient })) {
          expect(
            lags.filter((lag) => !(lag >= 0)),
            way,
          ).toEqual([])
          console.log(`${way}: p50 ${part(lags, 0.5)} ms, p99 ${part(lags, 0.99)} ms`)
        }
        console.log(`both, ${votes * 2} votes: p99 ${part([...toTag, ...toClient], 0.99)} ms`)
        await client.close()
      })
    })
  })
})

/** One after the other, each by a voter of its own. @returns how many have voted then, and when it was sent */
async function castAll(client: RawSocket, pollId: string) {
  const casts: { readonly voters: number; readonly at: number }[] = []
  for (let voters = 2; voters <= votes + 1; voters++) {
    casts.push({ voters, at: Date.now() })
    await cast(client, pollId, { voter: `user-${voters}`, choices: [1] })
    await client.take('results', (results) => results.voters === voters)
  }
  return casts
}

interface Turnout {
  readonly voters: number
  /** When the tag has first shown it. */
  readonly at: number
}

/** Runs in the page: keeps, in `turnouts`, what the tag shows. */
function noteTurnouts(): void {
  const turnouts: Turnout[] = []
  Object.assign(globalThis, { turnouts })
  const look = () => {
    const text = document.querySelector('live-poll')?.shadowRoot?.querySelector('.turnout')?.textContent ?? ''
    const voters = Number.parseInt(text, 10)
    if (voters > (turnouts.at(-1)?.voters ?? 0)) turnouts.push({ voters, at: Date.now() })
    requestAnimationFrame(look)
  }
  look()
}

function part(millis: readonly number[], share: number): string {
  return ([...millis].sort((a, b) => a - b)[Math.ceil(share * millis.length) - 1] ?? 0).toFixed(0)
}
