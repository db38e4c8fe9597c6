import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { followProcess } from '../../packages/server-sdk/test/follow-process.ts'
import { describeInBrowser, test as inBrowser } from '../browser/browser-test.ts'
import type { PackedProject } from './packed-project.ts'
import { readQuickStart } from './read-quick-start.ts'
import { type Registry, startRegistry } from './registry.ts'

const readme = join(import.meta.dirname, '../../packages/server-sdk/README.md')

const test = inBrowser
  // biome-ignore lint/correctness/noEmptyPattern: the runner reads the dependencies from the pattern
  .extend('folders', async ({}, { onCleanup }) => {
    const parent = mkdtempSync(join(tmpdir(), 'live-poll-quick-start-'))
    onCleanup(() => rmSync(parent, { recursive: true, force: true }))
    const folder = join(parent, 'polls')
    mkdirSync(folder)
    return { folder, cache: join(parent, 'npm-cache') }
  })

/** The quick start, word for word from the README, with our tarballs in place of what the registry has. */
export function describeQuickStart(project: () => PackedProject): void {
  describeInBrowser('the quick start of the README, in an empty folder', () => {
    test('ends with a vote', { timeout: 300_000 }, async ({
      folders: { folder, cache },
      open,
      errors,
      onTestFinished,
    }) => {
      const registry = await startRegistry(project())
      onTestFinished(() => registry.close())
      const { files, commands } = readQuickStart(readFileSync(readme, 'utf8'))
      expect([...files.keys()]).toEqual(['server.js', 'index.html'])
      const shell = { cwd: folder, env: { ...environment(registry, cache), PORT: String(await findPort()) } }

      for (const command of commands.slice(0, -1)) await runShell(command, shell)
      for (const [name, text] of files) writeFileSync(join(folder, name), text)
      const server = spawn(commands.at(-1) ?? '', { ...shell, shell: true, detached: true })
      onTestFinished(() => void process.kill(-(server.pid ?? 0), 'SIGKILL'))
      const [url] = await followProcess(server).printed(/http:\/\/\S+/)
      const page = await open(url)

      const poll = page.locator('live-poll')
      await poll.getByLabel('Soup').check()
      await poll.getByRole('button', { name: 'Vote' }).click()
      await poll.getByText('Your vote is counted').waitFor()
      await poll.getByText('1 voter', { exact: true }).waitFor()
      expect(errors).toEqual([])
    })
  })
}

interface Shell {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
}

/** As of somebody who has just installed Node: nothing of the npm that runs these tests. */
function environment({ url }: Registry, cache: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_|LIVE_POLL_|NODE_ENV$)/i.test(name))
  const settings = {
    registry: url,
    cache,
    audit: 'false',
    fund: 'false',
    update_notifier: 'false',
    noproxy: '127.0.0.1',
  }
  const npm = Object.entries(settings).map(([name, value]) => [`npm_config_${name}`, value])
  return { ...Object.fromEntries(inherited), ...Object.fromEntries(npm) }
}

/** @throws with what it has printed when it fails */
async function runShell(command: string, shell: Shell): Promise<void> {
  const child = spawn(command, { ...shell, shell: true })
  const { ended, output } = followProcess(child)
  expect(await ended, `${command}\n${output()}`).toBe(0)
}

/** A port that is free now: the README's own may be in use. */
async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
