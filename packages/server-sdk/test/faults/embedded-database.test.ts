import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Poll, Results } from '@live-poll/client-sdk/protocol'
import type * as Index from '@live-poll/server-sdk'
import type * as Embedded from '@live-poll/server-sdk/embedded'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { atLength } from '../at-length.ts'
import { makeDataFolder } from '../data-folder.ts'
import { castOverRelay, type TestVote } from './cast-over-relay.ts'
import { startVotingProcess, type VotingProcess } from './start-voting-process.ts'

let directory: string
const ends: (() => Promise<unknown>)[] = []

beforeEach(async () => {
  directory = await makeDataFolder()
})
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
  await rm(directory, { recursive: true })
})

test('a second process is refused with the name of the holder, and nothing is lost', async () => {
  const holder = await start()
  const poll = await createPoll(holder)
  await castAll(holder, poll.id, 0, 500)

  const refusal = await startVotingProcess(directory).catch((error: Error) => error.message)
  expect(refusal).toContain(`in use by process ${holder.pid}`)
  expect(refusal).toContain(directory)

  await castAll(holder, poll.id, 500, 1000)
  await holder.kill()
  const next = await start()
  expect(await next.dump()).toHaveLength(1000)
  const results = await next.call<Results>('GET', `/polls/${poll.id}/results`)
  expect(results).toMatchObject({ votes: [1000, 0], voters: 1000 })
})

const reloads = atLength('hot reloads', 4, 10)

test('hot reloads in one process share one database', async () => {
  const copies = await mkdtempIn(fileURLToPath(new URL('../../../../tmp/', import.meta.url)))
  ends.push(() => rm(copies, { recursive: true }))
  let pollId = ''
  const loaded: Index.LivePoll[] = []
  for (let reload = 1; reload <= reloads; reload++) {
    // A dev server evaluates changed modules anew and often closes nothing.
    const { createLivePoll, embedded } = await loadCopy(join(copies, String(reload)))
    const livePoll = createLivePoll({ database: embedded({ directory }) })
    loaded.push(livePoll)
    if (reload === 1) pollId = (await livePoll.api.createPoll({ question: 'Reload?', choices: ['Yes', 'No'] })).id
    await livePoll.api.castVote({ pollId, voter: `voter-${reload}`, choices: [1] })
  }
  for (const livePoll of loaded) {
    expect(await livePoll.api.getResults(pollId)).toMatchObject({ votes: [reloads, 0], voters: reloads })
  }

  // Closing all but the last leaves the last its database; after the last, the folder is free.
  const last = loaded.pop()
  for (const livePoll of loaded) await livePoll.close()
  await last?.api.castVote({ pollId, voter: 'voter of the last', choices: [2] })
  const [closing, reopened] = [last?.close(), await loadCopy(join(copies, 'afterwards'))]
  const afterwards = reopened.createLivePoll({ database: reopened.embedded({ directory }) })
  ends.push(() => afterwards.close())
  expect(await afterwards.api.getResults(pollId)).toMatchObject({ votes: [reloads, 1], voters: reloads + 1 })
  await closing
})

test('a first start that was killed half way does not stand in the way of the next', async () => {
  await rename(join(directory, 'database'), join(directory, 'database.creating'))
  await rm(join(directory, 'database.creating', 'PG_VERSION'))
  const server = await start()
  expect((await createPoll(server)).state).toBe('open')
})

async function start(): Promise<VotingProcess> {
  const server = await startVotingProcess(directory)
  ends.push(() => server.kill())
  return server
}

function createPoll(server: VotingProcess): Promise<Poll> {
  return server.call('POST', '/polls', { question: 'Still here?', choices: ['Yes', 'No'] })
}

async function castAll(server: VotingProcess, pollId: string, from: number, to: number): Promise<void> {
  const votes = Array.from({ length: to - from }, (_, n): TestVote => ({ voteId: `vote-${from + n}`, choice: 1 }))
  const answers: string[] = []
  await castOverRelay(server, votes, { pollId, window: 100, onSend() {}, onAnswer: ({ type }) => answers.push(type) })
  expect(answers.filter((type) => type === 'voted')).toHaveLength(to - from)
}

async function mkdtempIn(parent: string): Promise<string> {
  await mkdir(parent, { recursive: true })
  return mkdtemp(join(parent, 'hot-reload-'))
}

/** The built library, as a module graph of its own. */
async function loadCopy(folder: string): Promise<typeof Index & typeof Embedded> {
  await cp(fileURLToPath(new URL('../../dist', import.meta.url)), folder, { recursive: true })
  const load = (name: string) => import(/* @vite-ignore */ pathToFileURL(join(folder, name)).href)
  return { ...(await load('index.js')), ...(await load('embedded.js')) }
}
