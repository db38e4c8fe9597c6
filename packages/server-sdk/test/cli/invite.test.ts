import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createLivePoll, type LivePoll, type Poll } from '@live-poll/server-sdk'
import { embedded } from '@live-poll/server-sdk/embedded'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { invite } from '../../src/cli/invite.ts'
import { UsageError } from '../../src/cli/usage-error.ts'
import { makeDataFolder } from '../data-folder.ts'
import { runCli } from './run-cli.ts'

const page = 'https://my.app/vote?room=3'
let folder: string
let poll: Poll
let open: Poll

/** As a server does, for as long as it runs. */
async function withServer<T>(work: (livePoll: LivePoll) => Promise<T>): Promise<T> {
  const livePoll = createLivePoll({ database: embedded({ directory: folder }) })
  return work(livePoll).finally(() => livePoll.close())
}

beforeAll(async () => {
  folder = await makeDataFolder()
  await withServer(async ({ api }) => {
    const choices = ['Ada', 'Bob']
    poll = await api.createPoll({ question: 'Who shall be <b>chair</b>?', choices, voters: 'invitation' })
    open = await api.createPoll({ question: 'Lunch?', choices })
  })
})
afterAll(() => rm(folder, { recursive: true }))

const run = (...args: string[]) => runCli(['invite', ...args], { LIVE_POLL_DATA: folder })
const countIn = (pollId: string) => withServer(({ api }) => api.countInvitations(pollId))

describe('live-poll invite', () => {
  it('writes a table of codes and links, each of which is one vote', { timeout: 60_000 }, async () => {
    const before = (await countIn(poll.id)).created
    const { exitCode, stdout, stderr } = await run(poll.id, '--count', '3', '--page', page, '--format', 'csv')
    expect([exitCode, stderr]).toEqual([0, '3 invitations made. Their codes are not kept: this is the only copy.\n'])
    const [head, ...lines] = stdout.trim().split('\r\n')
    expect(head).toBe('code,link')
    const codes = lines.map((line) => line.split(',')[0] ?? '')
    expect(lines).toEqual(codes.map((code) => `${code},"${page}#invitation=${code}"`))
    expect(new Set(codes).size).toBe(3)
    await withServer(async ({ api }) => {
      for (const invitation of codes) {
        expect(await api.castVote({ pollId: poll.id, voter: 'a', invitation, choices: [1] })).toMatchObject({
          revision: 1,
        })
      }
      expect(await api.countInvitations(poll.id)).toEqual({ created: before + 3, used: 3, revoked: 0 })
      expect(await api.getResults(poll.id)).toMatchObject({ voters: 3 })
    })
  })

  it('writes cards to print into a file that is nobody else’s, and over none that is there', async () => {
    const out = join(folder, 'cards.html')
    const args = [poll.id, '--count', '2', '--page', page, '--format', 'html', '--out', out]
    expect(await invite(args, { LIVE_POLL_DATA: folder })).toEqual({})
    const sheet = await readFile(out, 'utf8')
    expect(sheet.match(/<svg/g)).toHaveLength(2)
    expect(sheet).toContain('Who shall be &#60;b&#62;chair&#60;/b&#62;?')
    expect((await stat(out)).mode & 0o777).toBe(0o600)

    const before = await countIn(poll.id)
    await writeFile(out, 'mine')
    await expect(invite(args, { LIVE_POLL_DATA: folder })).rejects.toMatchObject({ code: 'EEXIST' })
    expect(await readFile(out, 'utf8')).toBe('mine')
    expect(await countIn(poll.id), 'none is made that is written nowhere').toEqual(before)
  })

  it('says when a poll asks for no invitation', { timeout: 60_000 }, async () => {
    const { exitCode, stderr } = await run(open.id, '--count', '1', '--page', page, '--format', 'csv')
    expect(exitCode).toBe(0)
    expect(stderr).toContain('this poll asks for no invitation')
  })

  it('knows no poll that is not there', async () => {
    const args = ['p_none', '--count', '1', '--page', page, '--format', 'csv']
    await expect(invite(args, { LIVE_POLL_DATA: folder })).rejects.toThrow('there is no poll p_none.')
  })

  it.each([
    [[], 'name one poll'],
    [['p', '--page', page, '--format', 'csv'], 'say how many'],
    [['p', '--count', '0', '--page', page, '--format', 'csv'], 'say how many'],
    [['p', '--count', '1e3', '--page', page, '--format', 'csv'], 'say how many'],
    [['p', '--count', '1', '--page', page], 'say --format csv or --format html.'],
    [['p', '--count', '1', '--page', page, '--format', 'toString'], 'say --format csv or --format html.'],
    [['p', '--count', '1', '--format', 'csv'], 'say where the poll is shown'],
    [['p', '--count', '1', '--page', 'my.app', '--format', 'csv'], 'say where the poll is shown'],
  ])('does not take %j', async (args, message) => {
    const refusal = await invite(args, { LIVE_POLL_DATA: folder }).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(UsageError)
    expect(String(refusal)).toContain(message)
  })
})
