import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import { commands } from '../../src/cli/commands.ts'
import { runCli } from './run-cli.ts'

/** No database is here: whatever would open one fails. */
const env = { LIVE_POLL_DATA: `${tmpdir()}/live-poll-none` }

describe('live-poll --help', () => {
  it('names every command', async () => {
    const { exitCode, stdout, stderr } = await runCli(['--help'], env)
    expect([exitCode, stderr]).toEqual([0, ''])
    const named = [...stdout.matchAll(/^ {2}(\w+)/gm)].map(([, name]) => name)
    expect(named).toEqual(Object.keys(commands))
    for (const { summary } of Object.values(commands)) expect(stdout).toContain(summary)
    expect(stdout).toContain('Exit codes: 0 ')
  })

  it('is there for each command, and does nothing else', { timeout: 60_000 }, async () => {
    const ends = await Promise.all(
      Object.entries(commands).map(async ([name, command]) => ({
        ...{ name, usage: command.usage },
        ...(await runCli([name, 'anything', '--help'], env)),
      })),
    )
    for (const { name, usage, exitCode, stdout, stderr } of ends) {
      expect([name, exitCode, stderr]).toEqual([name, 0, ''])
      expect(stdout).toContain(`Usage: live-poll ${usage}\n`)
      expect(stdout.trim().split('\n').length, `${name} says what there is to know`).toBeGreaterThan(5)
    }
  })
})

describe('a command that is not written as it must be', { timeout: 60_000 }, () => {
  it.each([
    [[], 'name a command.'],
    [['toString'], '"toString" is no command.'],
    [['create', 'Lunch?'], 'write a question and its choices'],
    [['create', 'Lunch?', 'Soup', '--max', 'two'], 'say --max as a whole number.'],
    [['open'], 'name one poll, by its id.'],
    [['close', 'a', 'b'], 'name one poll, by its id.'],
    [['results', 'a', '--wach'], "Unknown option '--wach'"],
    [['results', 'a', '--url', 'my.app'], '--url and LIVE_POLL_URL are the URL of a server'],
    [['replay'], 'name one sink, or say --list.'],
    [['replay', 'crm', '--list'], 'name one sink, or say --list.'],
    [['serve', 'now'], 'serve takes options only.'],
    [['dev', 'now'], 'dev takes nothing'],
    [['migrate', 'now'], 'migrate takes options only.'],
    [['migrate', '--schemas', 'polls'], "Unknown option '--schemas'"],
    [['migrate', '--print-sql', '--prefix'], "Option '--prefix <value>' argument missing"],
    [['migrate', '--after', '0001'], '--after goes with --print-sql.'],
  ])('%j ends with 2, what is wrong, and how it is written', async (args, message) => {
    const { exitCode, stdout, stderr } = await runCli(args, env)
    expect([exitCode, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^live-poll: /)
    expect(stderr).toContain(message)
    expect(stderr).toContain('\n\nUsage: live-poll ')
  })

  it.each([
    [{ PORT: 'http' }, 'PORT must be a whole number from 0 to 65535, not "http".'],
    [{ LIVE_POLL_DATABASE: 'geheim' }, 'LIVE_POLL_SECRET must be set beside LIVE_POLL_DATABASE.'],
    [{}, 'LIVE_POLL_DATABASE must be set'],
    [
      { LIVE_POLL_DATA: 'polls', LIVE_POLL_CHANNEL_PORT: '3001' },
      'LIVE_POLL_CHANNEL_URL must be set beside LIVE_POLL_CHANNEL_PORT',
    ],
  ])('serve with %j ends with 2, and names the variable', async (own, message) => {
    const { exitCode, stdout, stderr } = await runCli(['serve'], own)
    expect([exitCode, stdout]).toEqual([2, ''])
    expect(stderr).toContain(`live-poll: ${message}`)
    expect(stderr).not.toContain('geheim')
  })

  it.each([
    [{}, 'not unset.'],
    [{ LIVE_POLL_DATABASE: 'redis://me:geheim@db' }, 'as in postgres://'],
  ])('migrate with %j ends with 2, and names the variable', async (own, message) => {
    const { exitCode, stdout, stderr } = await runCli(['migrate'], { ...env, ...own })
    expect([exitCode, stdout]).toEqual([2, ''])
    expect(stderr).toContain('live-poll: LIVE_POLL_DATABASE must be a URL')
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('geheim')
  })
})
