import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createLivePoll, type Poll } from '@live-poll/server-sdk'
import { embedded } from '@live-poll/server-sdk/embedded'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { erase } from '../../src/cli/erase.ts'
import { exportPoll } from '../../src/cli/export.ts'
import { recount } from '../../src/cli/recount.ts'
import { UsageError } from '../../src/cli/usage-error.ts'
import { makeDataFolder } from '../data-folder.ts'
import { runCli } from './run-cli.ts'

let folder: string
let poll: Poll
beforeAll(async () => {
  folder = await makeDataFolder()
  const livePoll = createLivePoll({ database: embedded({ directory: folder }) })
  poll = await livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'], ballot: { min: 1, max: 2 } })
  await livePoll.api.castVote({ pollId: poll.id, voter: 'ada', choices: [2, 1], voteId: 'a-1' })
  await livePoll.api.castVote({ pollId: poll.id, voter: 'bob', choices: [2], voteId: 'b-1' })
  await livePoll.api.castVote({ pollId: poll.id, voter: 'bob', choices: null, voteId: 'b-2' })
  await livePoll.close()
})
afterAll(() => rm(folder, { recursive: true }))

const run = (...args: string[]) => runCli(args, { LIVE_POLL_DATA: folder })

describe('live-poll on the embedded database', () => {
  it('recounts', { timeout: 60_000 }, async () => {
    const { exitCode, stdout } = await run('recount', poll.id)
    expect([exitCode, stdout]).toEqual([0, '1 ballots counted: the tallies are right.\n'])
  })

  it('exports lines of JSON, without a name of any voter', { timeout: 60_000 }, async () => {
    const { exitCode, stdout, stderr } = await run('export', poll.id, '--format', 'ndjson')
    expect(stderr).toBe('2 votes exported.\n')
    const votes = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    votes.sort((a, b) => (a.voteId < b.voteId ? -1 : 1))
    expect(votes).toEqual([
      {
        voterKey: expect.any(String),
        choices: [1, 2],
        revision: 1,
        voteId: 'a-1',
        acceptedAt: expect.any(String),
        isVoided: false,
      },
      {
        voterKey: expect.any(String),
        choices: null,
        revision: 2,
        voteId: 'b-2',
        acceptedAt: expect.any(String),
        isVoided: false,
      },
    ])
    expect(stdout).not.toMatch(/ada|bob/)
    expect(exitCode).toBe(0)
  })

  it('says how to write a command', async () => {
    const { exitCode, stdout, stderr } = await run('recnt')
    expect(stderr).toMatch(/^live-poll: "recnt" is no command\.\n\nUsage: live-poll <command>\n/)
    expect([exitCode, stdout]).toEqual([2, ''])
  })

  it.each([
    [recount, [], 'name one poll, by its id.'],
    [recount, ['a', 'b'], 'name one poll, by its id.'],
    [recount, ['a', '--frmat', 'csv'], "Unknown option '--frmat'"],
    [erase, [], 'name one user, by the id that the host gives them.'],
    [erase, ['ada', '--poll', 'a'], "Unknown option '--poll'"],
    [exportPoll, ['a'], 'say --format csv or --format ndjson.'],
    [exportPoll, ['a', '--format', 'toString'], 'say --format csv or --format ndjson.'],
  ])('says what is wrong with %o %s', async (command, args, message) => {
    const failure = command(args, { LIVE_POLL_DATA: folder })
    await expect(failure).rejects.toThrow(UsageError)
    await expect(failure).rejects.toThrow(message)
  })

  it('knows no poll that is not there', { timeout: 60_000 }, async () => {
    const { exitCode, stdout, stderr } = await run('recount', 'p_none')
    expect([exitCode, stdout, stderr]).toEqual([2, '', 'live-poll: there is no poll p_none.\n'])
  })

  it('forgets a user, once, with the secret of the folder or the one that is set', { timeout: 120_000 }, async () => {
    const wrong = await runCli(['erase', 'ada'], { LIVE_POLL_DATA: folder, LIVE_POLL_SECRET: 'x'.repeat(32) })
    expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringMatching(/^live-poll: LIVE_POLL_SECRET is not/)])
    const first = await run('erase', 'ada')
    expect([first.exitCode, first.stdout, first.stderr]).toEqual([
      ...[0, 'Forgotten: something of them was in 1 polls.\n', ''],
    ])
    const LIVE_POLL_SECRET = (await readFile(join(folder, 'secret'), 'utf8')).trim()
    const second = await runCli(['erase', 'ada'], { LIVE_POLL_DATA: folder, LIVE_POLL_SECRET })
    expect([second.exitCode, second.stdout]).toEqual([0, 'Forgotten: something of them was in 0 polls.\n'])
    expect((await run('recount', poll.id)).stdout).toBe('0 ballots counted: the tallies are right.\n')
  })

  it('makes no database where there is none', async () => {
    const LIVE_POLL_DATA = `${folder}-none`
    await expect(recount(['a'], { LIVE_POLL_DATA })).rejects.toThrow('there is no database in')
    expect(existsSync(LIVE_POLL_DATA)).toBe(false)
  })
})
