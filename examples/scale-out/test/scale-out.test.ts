import { createPollClient, type Results } from '@live-poll/client-sdk'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { atLength } from '../../../packages/server-sdk/test/at-length.ts'
import { newPicture } from '../../../packages/server-sdk/test/pictures.ts'
import { findDisorder } from '../../../packages/server-sdk/test/poll-events.ts'
import { findMiscounts, recountResults } from '../../../packages/server-sdk/test/recount.ts'
import { describeOnKafka } from '../../../packages/server-sdk/test/servers/kafka.ts'
import { describeOnNginx } from '../../../packages/server-sdk/test/servers/nginx.ts'
import { describeOnPostgres } from '../../../packages/server-sdk/test/servers/postgres.ts'
import { describeOnRedis } from '../../../packages/server-sdk/test/servers/redis.ts'
import { startConsumer } from './consumer.ts'
import { createLedger } from './ledger.ts'
import type { NodeProcess } from './node-process.ts'
import { adminKey, startAll, type Topology } from './start-all.ts'
import { startVoters } from './voters.ts'

const rounds = atLength('kills of each kind', 1, 3)
const perSecond = atLength('votes a second', 300, 1000)
/** Acknowledged votes between one event and the next. */
const between = atLength('votes between two events', 600, 2500)

const patience = { timeout: 180_000, interval: 50 }

describeOnPostgres('Three nodes behind nginx', () => {
  describeOnRedis('on a Redis Cluster', () => {
    describeOnKafka('and Kafka', () => {
      describeOnNginx('of which one node, one Redis master and nginx are killed in turn', () => {
        let all: Topology
        let consumer: Awaited<ReturnType<typeof startConsumer>>
        beforeAll(async () => {
          all = await startAll()
          consumer = await startConsumer(all.kafka)
          all.closing.add(consumer.stop)
        })
        afterAll(() => all?.closing.closeAll())

        it('lose no vote, and count none twice', { timeout: 1_800_000 }, async () => {
          const { server, nodes, redis, nginx, db } = all
          const ledger = createLedger()
          const { api } = createPollClient({ server, token: adminKey, WebSocket, fetch: ledger.fetch })
          const picture = await api.uploadImage(new Blob([new Uint8Array(await newPicture())], { type: 'image/png' }))
          const image = { id: picture.id, alt: 'A bowl' }
          const poll = await api.createPoll({ question: 'Lunch?', choices: [{ label: 'Soup', image }, 'Salad', 'Pie'] })
          const { id } = poll
          const before = await readPicture(server, picture.id)

          const voters = startVoters({ server, pollId: id, choices: 3, perSecond, ledger })
          all.closing.add(voters.close)
          const offline = () => voters.screens().filter((screen) => screen?.transport === 'none').length
          const untilOffline = (screens: number) => expect.poll(offline, patience).toBe(screens)
          /** Has one killed while it is in the middle of many votes. */
          const inABurst = async (kill: () => Promise<void>) => {
            await voters.nextBurst()
            await ledger.nextAck()
            await kill()
          }
          const untilMore = () => {
            const enough = ledger.acked.length + between
            return expect.poll(() => ledger.acked.length, patience).toBeGreaterThan(enough)
          }
          const table: object[] = []
          onTestFinished(() => console.table(table))
          const started = performance.now()
          const line = (what: string) => {
            const [seconds, pause] = [Math.round((performance.now() - started) / 1000), ledger.takeLongestPause()]
            const row = { what, seconds, acknowledged: ledger.acked.length, repeated: ledger.repeated() }
            table.push({ ...row, 'longest pause in ms': pause })
          }

          await untilOffline(0)
          await expect.poll(() => voters.screens().map((screen) => screen?.transport), patience).toContain('sse')
          await untilMore()
          line('all well')
          for (let round = 0; round < rounds; round++) {
            const node = nodes[round % nodes.length] as NodeProcess
            await inABurst(node.kill)
            await untilMore()
            line(`${node.name} killed`)
            await node.start()
            await untilMore()
            line(`${node.name} back`)

            const master = await redis.masterOf(`{${id}}`)
            await inABurst(master.kill)
            await redis.untilReplaced(master)
            await expect.poll(() => problemsOf(nodes), patience).toEqual([])
            await untilMore()
            line('Redis master killed, replica promoted')
            await master.start()
            await redis.untilWhole()
            await untilMore()
            line('the killed one back as replica')

            await inABurst(nginx.kill)
            await untilOffline(voters.screens().length)
            line('nginx killed, all offline')
            await nginx.start()
            await untilOffline(0)
            await untilMore()
            line('nginx back, all online')
          }
          voters.end()
          await expect.poll(voters.waiting, patience).toBe(0)

          const counted = await recountResults(db, id, poll.choices.length)
          const ended = performance.now()
          const shown = async () => {
            const answers = nodes.map(
              async (node) => (await fetch(`${node.api}/polls/${id}/results`)).json() as Promise<Results>,
            )
            const screens = voters.screens().map((screen) => screen?.results)
            return new Set([...(await Promise.all(answers)), ...screens].map(countsOf))
          }
          await expect.poll(shown, patience).toEqual(new Set([countsOf(counted)]))
          const equalAfter = Math.round(performance.now() - ended)
          console.log(
            `${ledger.acked.length} votes acknowledged, ${ledger.repeated()} of them found in the box already; ` +
              `asked again over HTTP: ${JSON.stringify(Object.fromEntries(ledger.retried))}; ` +
              `all nodes and screens equal after ${equalAfter} ms`,
          )

          expect(ledger.wrong.slice(0, 20)).toEqual([])
          expect(await findMiscounts(db, id, ledger.acked)).toEqual([])
          expect(nodes.flatMap((node) => node.exits())).toEqual([])
          expect(await problemsOf(nodes)).toEqual([])
          for (const base of [server, ...nodes.map((node) => node.api)]) {
            expect(await readPicture(base, picture.id)).toEqual(before)
          }

          const closed = await api.closePoll(id)
          expect(countsOf(closed.results)).toBe(countsOf(counted))
          await expect.poll(() => consumer.read(id)?.final, patience).toMatchObject(counted)
          const tally = consumer.read(id)
          expect(
            countsOf({ votes: [1, 2, 3].map((choice) => tally?.votes.get(choice) ?? 0), voters: tally?.voters }),
          ).toBe(countsOf(counted))
          expect(findDisorder(consumer.received)).toEqual([])

          voters.close()
          expect(await Promise.all(nodes.map((node) => node.stop()))).toEqual([0, 0, 0])
        })
      })
    })
  })
})

function countsOf(results: Partial<Pick<Results, 'votes' | 'voters'>> | null | undefined): string {
  return results ? `${results.votes} by ${results.voters}` : 'nothing'
}

/** What nodes say is wrong with them. */
async function problemsOf(nodes: readonly NodeProcess[]): Promise<readonly string[]> {
  const found = nodes.map(async ({ name, api }) => {
    const answer = await fetch(`${api}/health/ready`)
    const { degraded = [] } = (await answer.json()) as { degraded?: readonly string[] }
    return answer.ok ? degraded.map((what) => `${name}: ${what}`) : [`${name}: ${answer.status}`]
  })
  return (await Promise.all(found)).flat()
}

async function readPicture(base: string, id: string): Promise<string> {
  const answer = await fetch(`${base}/images/${id}`)
  if (!answer.ok) throw new Error(`The picture was answered ${answer.status}.`)
  return Buffer.from(await answer.arrayBuffer()).toString('base64')
}
