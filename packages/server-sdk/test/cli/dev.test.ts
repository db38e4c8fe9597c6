import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createPollClient } from '@live-poll/client-sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { makeDataFolder } from '../data-folder.ts'
import type { FollowedProcess } from '../follow-process.ts'
import { runCli } from './run-cli.ts'
import { cli, startCli } from './start-cli.ts'

let folder: string
let env: Readonly<Record<string, string>>
let dev: FollowedProcess
let url: string

async function start() {
  dev = startCli(['dev'], { ...env, PORT: '0', LIVE_POLL_HOST: '127.0.0.1' })
  url = (await dev.printed(/^ +Polls +(\S+)$/m))[1] ?? ''
  await dev.printed(/live-poll create/)
}

beforeAll(async () => {
  folder = await makeDataFolder()
  env = { LIVE_POLL_DATA: folder }
  await start()
}, 120_000)
afterAll(async () => {
  await dev?.end('SIGKILL')
  if (folder) await rm(folder, { recursive: true })
})

const run = (...args: string[]) => runCli(args, env)

async function createPoll(...args: string[]): Promise<string> {
  const { stdout } = await run('create', 'Lunch?', 'Soup', 'Green salad', ...args)
  return stdout.split('\n')[0] ?? ''
}

async function castVote(pollId: string, choice: number) {
  const client = createPollClient({ server: `${url}/live-poll`, storage: null, WebSocket })
  await client.vote(pollId, [choice]).finally(() => client.close())
}

describe('live-poll dev', { timeout: 120_000 }, () => {
  it('prints where everything is, and the key that it has made', async () => {
    const key = (await readFile(join(folder, 'admin-key'), 'utf8')).trim()
    expect(dev.output()).toContain(`${key} (kept in `)
    expect((await stat(join(folder, 'admin-key'))).mode & 0o777).toBe(0o600)
    for (const path of ['', '/live-poll/widget.js']) {
      expect(dev.output()).toContain(url + path)
      expect((await fetch(url + path)).status).toBe(200)
    }
  })

  it('has a page for each poll, under a strict policy', async () => {
    const { exitCode, stdout, stderr } = await run('create', 'Lunch <b>?', 'Soup', 'Salad')
    const [id, link = ''] = stdout.split('\n')
    expect([exitCode, stderr, link]).toEqual([0, '', `${url}/polls/${id}`])
    const page = await fetch(link)
    expect(await page.text()).toContain(`<live-poll poll="${id}"></live-poll>`)
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'; style-src")
    const list = await (await fetch(url)).text()
    expect(list).toContain(`<a href="/polls/${id}">Lunch &#60;b&#62;?</a> (open)`)
    expect((await fetch(`${url}/elsewhere`)).status).toBe(404)
  })

  it('is what other commands in its folder work through', async () => {
    const id = await createPoll('--opens-at', '2036-12-01T12:00:00Z', '--max', '2', '--show-results', 'organizers')
    expect((await run('results', id)).stdout).toMatch(/^Lunch\?\nscheduled, 0 voters\n\n {2}0% +0 {2}Soup\n/)
    expect((await run('open', id)).stdout).toBe('open, 0 voters: Soup 0, Green salad 0\n')
    await castVote(id, 2)
    expect((await run('close', id)).stdout).toBe('closed, 1 voter: Soup 0, Green salad 1\n')
    const again = await run('open', id)
    expect([again.exitCode, again.stdout, again.stderr]).toEqual([2, '', 'live-poll: This poll is closed.\n'])
  })

  it('says what is wrong with a poll', async () => {
    const { exitCode, stderr } = await run('create', 'Lunch?', 'Soup', '--closes-at', 'noon')
    expect(exitCode).toBe(2)
    expect(stderr).toContain('live-poll: choices: Send 2 to 200 choices.\nlive-poll: closesAt: Send a time')
  })

  it('shows a vote in results --watch, a line each, until the poll closes', async () => {
    const id = await createPoll()
    const watching = startCli(['results', id, '--watch'], env)
    await watching.printed(/^open, 0 voters: Soup 0, Green salad 0$/m)
    await castVote(id, 1)
    await watching.printed(/^open, 1 voter: Soup 1, Green salad 0$/m)
    await run('close', id)
    expect(await watching.ended).toBe(0)
    expect(watching.output()).toMatch(/closed, 1 voter: Soup 1, Green salad 0\n$/)
    expect(watching.output()).not.toContain('\u001b')
  })

  it('lets results --watch end with 0 by Ctrl-C', async () => {
    const watching = startCli(['results', await createPoll(), '--watch'], env)
    await watching.printed(/0 voters/)
    expect(await watching.end('SIGINT')).toBe(0)
  })

  const hasTerminal = process.platform === 'linux' && existsSync('/usr/bin/script')
  if (!hasTerminal && !process.env.CI)
    console.warn('Skipping a test in a terminal. To run it: apt-get install bsdutils')
  it.skipIf(!hasTerminal && !process.env.CI)(
    'draws bars in place in a terminal, in colours unless NO_COLOR',
    async () => {
      const id = await createPoll()
      const command = (flag: string) => `"${process.execPath}" "${cli}" results ${id} ${flag}`
      const inTerminal = (flag: string, own: Readonly<Record<string, string>>) =>
        startCli(['-qefc', command(flag), '/dev/null'], { ...env, TERM: 'xterm', ...own }, ['/usr/bin/script'])

      const watching = inTerminal('--watch', {})
      await watching.printed(/0 {2}Green salad/)
      await castVote(id, 2)
      await watching.printed(/1 voter\b[\s\S]*1 {2}Green salad/)
      const drawnOver = watching.output().split('\u001b[5A\u001b[J')
      expect(drawnOver.length, 'it is drawn over').toBeGreaterThan(1)
      expect(drawnOver.at(-1)?.replaceAll('\u001b', '^')).toMatch(/100% \^\[36m█+\^\[0m 1 {2}Green salad/)
      await run('close', id)
      expect(await watching.ended).toBe(0)

      const still = inTerminal('', { NO_COLOR: '1' })
      expect(await still.ended).toBe(0)
      expect(still.output()).toMatch(/closed, 1 voter[\s\S]*100% █+ 1 {2}Green salad/)
      expect(still.output()).not.toContain('\u001b[36m')
    },
  )

  it('keeps commands from the database that it has, and says so', async () => {
    const { exitCode, stderr } = await run('recount', 'p_none')
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/is in use by process \d+/)
  })

  it('is refused a port that is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    const { exitCode, stderr } = await runCli(['dev'], {
      ...{ PORT: String(port), LIVE_POLL_HOST: '127.0.0.1', LIVE_POLL_DATA: `${folder}-second` },
    })
    taken.close()
    await rm(`${folder}-second`, { recursive: true, force: true })
    expect(exitCode).toBe(2)
    expect(stderr).toContain(`PORT ${port} is in use`)
  })

  it('leaves votes and key behind, and commands then work without it', async () => {
    const id = await createPoll()
    await castVote(id, 1)
    expect(await dev.end('SIGINT')).toBe(0)
    expect(existsSync(join(folder, 'address'))).toBe(false)
    const created = await run('create', 'Dinner?', 'Rice', 'Pasta')
    expect(created.stdout).toMatch(/^(p_\S+)\n<live-poll poll="\1"><\/live-poll>\n$/)
    const watching = startCli(['results', id, '--watch'], env)
    await watching.printed(/^open, 1 voter: Soup 1, Green salad 0$/m)
    expect(await watching.end('SIGTERM')).toBe(0)
    await start()
    expect(dev.output()).not.toContain('lpa_')
    expect((await run('results', id)).stdout).toContain('open, 1 voter')
  })
})
