import { afterAll, beforeAll, expect, test } from 'vitest'
import { failpoints } from '../../src/ports/failpoints.ts'
import { type DatabaseOnOwnServer, describeOnEach } from './database-faults.ts'
import { type FaultSizes, faultKinds } from './fault-plan.ts'
import { runFaults } from './run-faults.ts'

const isFull = process.env.LIVE_POLL_FAULTS === 'full'
const seed = Number(process.env.LIVE_POLL_FAULTS_SEED ?? Date.now() % 1_000_000)

const [sizes, votes, voters]: [FaultSizes, number, number] = isFull
  ? [
      {
        everywhere: {
          ...{ killed: 12, cut: 4, 'COMMIT lost': 2, 'answer lost': 2, 'clients cut': 1, 'database killed': 1 },
          ...{ 'black hole': 1, 'slow line': 1, stopped: 2, 'database stopped': 1 },
        },
      },
      100_000,
      300,
    ]
  : [{ everywhere: { killed: 1 }, once: faultKinds.filter((kind) => kind !== 'killed') }, 4_000, 60]

describeOnEach('A fleet whose nodes are killed and cut off at every failpoint', ({ start }) => {
  let database: DatabaseOnOwnServer
  beforeAll(async () => {
    database = await start()
  })
  afterAll(() => database?.server.stop())

  test('loses no vote, counts none twice, and shows what the database holds', async () => {
    const report = await runFaults({
      ...{ database, seed, sizes, votes, voters },
      log: console.log,
    })
    console.log(report)
    expect(report.findings).toMatchObject({ miscounts: [], wrong: [], differences: [], notFrozen: [], exits: [] })
    expect([...report.happened.keys()].sort()).toEqual([...failpoints].sort())
  })
})
