import { appendFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { failpoints } from '../../src/ports/failpoints.ts'
import { hasRedis, startRedis, type TestRedis } from '../servers/redis.ts'
import { type DatabaseOnOwnServer, describeOnEach } from './database-faults.ts'
import { type FaultSizes, faultKinds } from './fault-plan.ts'
import { type FaultReport, runFaults } from './run-faults.ts'
import { describeRun } from './write-report.ts'

/** Set by `npm run faults`. */
const { LIVE_POLL_FAULTS: size, LIVE_POLL_FAULTS_SEED: givenSeed, LIVE_POLL_FAULTS_REPORT: reportFile } = process.env
const seed = Number(givenSeed ?? Date.now() % 1_000_000)

interface Sizes {
  readonly sizes: FaultSizes
  readonly votes: number
  readonly voters: number
}

/** On Postgres there is a Redis between the nodes; on MariaDB there is none, and each reads the database. */
const withRedis = 'postgres'
const isOfRedis = (kind: string) => kind.startsWith('Redis')

function sizesFor(name: string): Sizes {
  const kinds = faultKinds.filter((kind) => name === withRedis || !isOfRedis(kind))
  if (size !== 'full') {
    const once = kinds.filter((kind) => kind !== 'killed')
    return { sizes: { everywhere: { killed: 1 }, once }, votes: 4000, voters: 60 }
  }
  const everywhere = {
    ...Object.fromEntries(kinds.map((kind) => [kind, 1])),
    ...{ killed: 12, cut: 4, 'COMMIT lost': 2, 'answer lost': 2, stopped: 2 },
  }
  return { sizes: { everywhere }, votes: 100_000, voters: 300 }
}

describeOnEach('A fleet whose nodes are killed and cut off at every failpoint', ({ name, start }) => {
  let database: DatabaseOnOwnServer
  let redis: TestRedis | undefined
  beforeAll(async () => {
    if (name === withRedis && hasRedis()) redis = await startRedis()
    database = await start()
  })
  afterAll(async () => {
    await database?.server.stop()
    await redis?.stop()
  })

  test('loses no vote, counts none twice, and shows what the database holds', async () => {
    const report: FaultReport = await runFaults({ ...{ database, redis, seed, log: console.log }, ...sizesFor(name) })
    const text = describeRun(report)
    console.log(text)
    if (reportFile) appendFileSync(reportFile, text)
    const { equalAfter: _, ...found } = report.findings
    expect(found).toEqual({ miscounts: [], wrong: [], differences: [], notFrozen: [], exits: [] })
    expect([...report.happened.keys()].sort()).toEqual([...failpoints].sort())
  })
})
