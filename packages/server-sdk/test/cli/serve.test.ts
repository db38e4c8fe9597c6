import { fileURLToPath } from 'node:url'
import { createPollClient } from '@live-poll/client-sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createPostgresDatabase, describeOnPostgres, type TestDatabase } from '../servers/postgres.ts'
import { runCli } from './run-cli.ts'
import { startCli } from './start-cli.ts'

const secret = 's'.repeat(32)
const adminKey = `lpa_${'k'.repeat(32)}`
const withoutUws = `--require=${fileURLToPath(new URL('without-uws.cjs', import.meta.url))}`

describeOnPostgres('live-poll on LIVE_POLL_DATABASE', () => {
  let database: TestDatabase
  let env: Record<string, string>
  beforeAll(async () => {
    database = await createPostgresDatabase('none')
    const url = new URL(database.url)
    url.password = 'geheim' // the server of the tests asks for none
    env = {
      NODE_ENV: 'production',
      LIVE_POLL_DATABASE: url.href,
      LIVE_POLL_SECRET: secret,
      LIVE_POLL_HOST: '127.0.0.1',
    }
  })
  afterAll(() => database?.drop())

  it('serves when there are tables, and says what makes them', { timeout: 120_000 }, async () => {
    const refused = await runCli(['serve'], { ...env, PORT: '0' })
    expect(refused.exitCode).toBe(2)
    expect(refused.stderr).toContain('live-poll migrate')
    const migrated = await runCli(['migrate'], env)
    expect([migrated.exitCode, migrated.stderr]).toEqual([0, ''])
    expect(migrated.stdout).toMatch(/^Done: /)
    expect((await runCli(['migrate'], env)).stdout).toMatch(/^Nothing to do/)
  })

  it.each([
    ['uWebSockets.js', {}],
    ['ws', { NODE_OPTIONS: withoutUws }],
  ])('serves by %s, and is drained by SIGTERM: the last vote is counted', { timeout: 120_000 }, async (by, own) => {
    const args = ['serve', '--drain-delay', '1000', '--drain-spread', '100']
    const serving = startCli(args, { ...env, ...own, PORT: '0', LIVE_POLL_ADMIN_KEY: adminKey })
    const [line, port] = await serving.printed(/^Live Poll serves on port (\d+) .*$/m)
    expect(line).toContain(`(${by}), database postgres://`)
    const url = `http://127.0.0.1:${port}`
    const http = { LIVE_POLL_URL: url, LIVE_POLL_ADMIN_KEY: adminKey }
    const [id = '', link] = (await runCli(['create', 'Lunch?', 'Soup', 'Salad'], http)).stdout.split('\n')
    expect(link).toBe(`${url}/polls/${id}`)
    expect((await fetch(url)).status, 'polls are listed to nobody').toBe(404)

    const client = createPollClient({ server: `${url}/live-poll`, storage: null, WebSocket })
    try {
      await client.vote(id, [1])
      const ended = serving.end('SIGTERM')
      await serving.printed(/stopping/)
      expect((await fetch(`${url}/live-poll/health/ready`)).status).toBe(503)
      expect(await client.vote(id, [2])).toMatchObject({ revision: 2 })
      expect(await ended).toBe(0)
    } finally {
      client.close()
    }
    expect(serving.output()).not.toMatch(/geheim|ssss|lpa_/)
    const { stdout } = await runCli(['results', id], env)
    expect(stdout).toMatch(/^Lunch\?\nopen, 1 voter\n[\s\S]*100% █+ 1 {2}Salad\n$/)
  })

  it('serves without its Redis; who has not its key is told so', { timeout: 120_000 }, async () => {
    const nobody = { LIVE_POLL_REDIS: 'redis://127.0.0.1:1' }
    const serving = startCli(['serve'], { ...env, ...nobody, PORT: '0', LIVE_POLL_ADMIN_KEY: adminKey })
    const [, port] = await serving.printed(/^Live Poll serves on port (\d+) /m)
    const ready = await fetch(`http://127.0.0.1:${port}/live-poll/health/ready`)
    expect(await ready.json()).toMatchObject({ degraded: ['redis'] }) // it is tried, and votes go on without it
    const LIVE_POLL_URL = `http://127.0.0.1:${port}/live-poll/`
    const create = (own: object) => runCli(['create', 'Lunch?', 'Soup', 'Salad'], { LIVE_POLL_URL, ...own })
    for (const own of [{}, { LIVE_POLL_ADMIN_KEY: `${adminKey}x` }]) {
      const { exitCode, stderr } = await create(own)
      expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/^live-poll: set LIVE_POLL_ADMIN_KEY to that of/)])
    }
    const hidden = await runCli(['create', 'Lunch?', 'Soup', 'Salad', '--show-results', 'organizers'], {
      ...{ LIVE_POLL_URL, LIVE_POLL_ADMIN_KEY: adminKey },
    })
    const shown = await runCli(['results', hidden.stdout.split('\n')[0] ?? ''], { LIVE_POLL_URL })
    expect([shown.exitCode, shown.stderr]).toEqual([2, expect.stringContaining('the results of this poll are hidden')])
    expect(await serving.end('SIGINT')).toBe(0)
    const gone = await create({})
    expect([gone.exitCode, gone.stderr]).toEqual([2, expect.stringContaining('does not answer (connect ECONNREFUSED')])
  })

  it('runs polls without a server', { timeout: 120_000 }, async () => {
    const opensAt = '2036-12-01T12:00:00Z'
    const created = await runCli(['create', 'Dinner?', 'Rice', 'Pasta', '--opens-at', opensAt, '--private'], env)
    const [id = ''] = created.stdout.split('\n')
    expect((await runCli(['open', id], env)).stdout).toBe('open, 0 voters: Rice 0, Pasta 0\n')
    expect((await runCli(['close', id], env)).stdout).toBe('closed, 0 voters: Rice 0, Pasta 0\n')
    expect(await runCli(['results', 'p_none'], env)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('live-poll: There is no such poll.\n'),
    })
  })
})
