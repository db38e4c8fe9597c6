import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { embedded } from '../../src/adapters/embedded/embedded.ts'
import type { OpenDatabase } from '../../src/ports/database.ts'
import { newPoll } from '../conformance/stores.ts'
import { makeDataFolder } from '../data-folder.ts'
import { createRecordingLogger } from '../recording-logger.ts'
import { runCli } from './run-cli.ts'

const sinks = ['crm', 'audit']
/** More than are read at once. */
const polls = 101

let folder: string

async function withDatabase<T>(work: (database: OpenDatabase) => Promise<T>): Promise<T> {
  const database = await embedded({ directory: folder }).open(createRecordingLogger())
  return work(database).finally(database.close)
}

/** Rows that wait for a sink. */
async function waiting({ outbox }: OpenDatabase, sink: string) {
  const lanes = await outbox.pending(sink, 'box', undefined, 1000)
  return (await Promise.all(lanes.map((lane) => outbox.read(sink, lane, 10)))).flat()
}

beforeAll(async () => {
  folder = await makeDataFolder()
  await withDatabase(async (database) => {
    database.outbox.keepFor(sinks)
    for (let made = 0; made < polls; made += 1) await database.polls.insert(newPoll())
    for (const sink of sinks) {
      for (const row of await waiting(database, sink)) await database.outbox.bury(sink, [row], `${sink} answered 500.`)
    }
  })
}, 120_000)
afterAll(() => rm(folder, { recursive: true }))

const run = (...args: string[]) => runCli(['replay', ...args], { LIVE_POLL_DATA: folder })

it('lists dead letters, and puts back those of one sink', { timeout: 120_000 }, async () => {
  const { exitCode, stdout, stderr } = await run('--list')
  expect([exitCode, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(
    /^audit: 101 dead letters, the last of \S+: audit answered 500\.\ncrm: 101 dead letters, the last of \S+: crm answered 500\.\n$/,
  )
  expect(await run('crm')).toEqual({
    ...{ exitCode: 0, stdout: '101 dead letters of crm will be delivered again.\n', stderr: '' },
  })
  expect((await run('--list')).stdout).toMatch(/^audit: 101 dead letters.*\n$/)
  await withDatabase(async (database) => {
    expect(await waiting(database, 'crm')).toHaveLength(polls)
    expect(await waiting(database, 'audit')).toHaveLength(0)
  })
})
