import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import { followProcess } from '../../packages/server-sdk/test/follow-process.ts'
import { test as base, describeInBrowser } from '../browser/browser-test.ts'
import { figureOf, vote } from '../browser/tag-page.ts'
import { packProject } from './packed-project.ts'

const root = join(import.meta.dirname, '../..')
const example = join(root, 'examples/nextjs')

const test = base
  // biome-ignore lint/correctness/noEmptyPattern: the runner reads the dependencies from the pattern
  .extend('project', { scope: 'file' }, async ({}, { onCleanup }) => {
    const project = packProject()
    onCleanup(() => project.remove())
    return project
  })
  /** The example as it is, in its place in a project that has installed the packages: types checked, built and served. */
  .extend('app', { scope: 'file' }, async ({ project, directory }, { onCleanup }) => {
    for (const name of ['next', 'react', 'react-dom', '@types/react', '@types/node', 'typescript']) project.link(name)
    const place = join(project.folder, 'examples/nextjs')
    for (const name of ['app', 'lib', 'next.config.mjs', 'package.json', 'tsconfig.json'])
      cpSync(join(example, name), join(place, name), { recursive: true })
    cpSync(join(root, 'tsconfig.base.json'), join(project.folder, 'tsconfig.base.json'))
    const own = { NODE_ENV: 'production', LIVE_POLL_DATA: directory, NEXT_TELEMETRY_DISABLED: '1' } as const
    // Next.js installs what it misses: here that is an error.
    const options = { cwd: place, env: { ...process.env, ...own, npm_config_offline: 'true' } }
    const next = join(project.folder, 'node_modules/next/dist/bin/next')
    await promisify(execFile)(process.execPath, [next, 'build'], options)

    const server = spawn(process.execPath, [next, 'start', '--hostname', '127.0.0.1', '--port', '0'], options)
    onCleanup(() => end(server))
    return { url: await addressOf(server) }
  })

describeInBrowser('Next.js', () => {
  test('builds an app with the routes and the tag, where a vote moves the bar on another screen', {
    timeout: 300_000,
  }, async ({ app, open, errors }) => {
    const [mine, theirs] = await Promise.all([open(app.url), open(app.url)])
    await vote(mine, 'Salad')
    for (const page of [mine, theirs])
      await expect.poll(() => figureOf(page, 'Salad'), { timeout: 10_000 }).toEqual(['1', '100%'])
    const ready = await fetch(`${app.url}/live-poll/health/ready`)
    expect(await ready.json()).toMatchObject({ status: 'ready' })
    expect((await fetch(`${app.url}/live-poll/nothing`)).status).toBe(404)
    expect(
      errors.filter((text) => !text.includes('WebSocket')),
      'a route takes no WebSocket',
    ).toEqual([])
  })
})

/** As it prints it, once it listens. */
async function addressOf(server: ChildProcess): Promise<string> {
  const { printed } = followProcess(server)
  await printed(/Ready/)
  const [url] = await printed(/http:\/\/127\.0\.0\.1:\d+/)
  return url
}

async function end(server: ChildProcess) {
  if (server.exitCode !== null) return
  server.kill()
  await once(server, 'exit')
}
