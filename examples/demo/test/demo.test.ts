import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPollClient, type Poll } from '@live-poll/client-sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { failToStart, type RunningDemo, startDemo } from './start-demo.ts'

let folder: string
let demo: RunningDemo
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'demo-test-'))
  demo = await startDemo({ LIVE_POLL_DATA: folder })
})
afterAll(async () => {
  await demo.stop()
  await rm(folder, { recursive: true })
})

const pollIds = (page: string) => [...page.matchAll(/<live-poll poll="(\w[\w-]*)"/g)].map(([, id]) => id)

async function get(path: string, cookie = ''): Promise<string> {
  const response = await fetch(demo.url + path, { headers: { cookie } })
  return response.text()
}

/** Opens the newest link in the terminal. @returns the cookie of the session */
async function signIn(): Promise<string> {
  const link = /.*\/organize\?code=\S+\s*$/.exec(demo.output())?.[0].trim() ?? ''
  const response = await fetch(link, { redirect: 'manual' })
  expect(response.status).toBe(303)
  await demo.printed(new RegExp(`${link.split('=')[1]}[\\s\\S]*works once`)) // a new link is out
  return response.headers.get('set-cookie') ?? ''
}

/** As the organizer's page sends it. */
function organize(cookie: string, method: string, path: string, body?: object) {
  return fetch(`${demo.url}/live-poll/polls/${path}`, {
    method,
    headers: { cookie, origin: demo.url, 'live-poll-client': '1', 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  })
}

function createPoll(
  headers: Record<string, string>,
  body: object = { question: 'Lunch?', choices: ['Soup', 'Salad'] },
) {
  return fetch(`${demo.url}/live-poll/polls`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

describe('the page', () => {
  it('has two polls, a strict policy, and no key', async () => {
    const response = await fetch(demo.url)
    const page = await response.text()
    expect(pollIds(page)).toHaveLength(2)
    expect(page).not.toMatch(/lpa_|<style|<script(?! type="module" src=)| style=| on\w+=/)
    const policy = response.headers.get('content-security-policy')
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self';")
    expect(policy).not.toContain('unsafe')
  })

  it('is served with its scripts and styles', async () => {
    const names = (await readdir(new URL('../public/', import.meta.url))).filter((name) => name !== 'tsconfig.json')
    expect(names).toEqual(expect.arrayContaining(['page.js', 'page.css', 'screen.css', 'icon.svg']))
    for (const path of [...names, 'live-poll/widget.js']) {
      const response = await fetch(`${demo.url}/${path}`)
      expect([path, response.status]).toEqual([path, 200])
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    }
  })

  const noPages = ['/nothing', '/../package.json', '/%2e%2e/package.json', '/tsconfig.json', '//', '/organize']
  it.each([...noPages, '/results/', '/results/p_none', '/results/"><b>'])('is not at %s', async (path) => {
    expect((await fetch(demo.url + path)).status).toBeGreaterThanOrEqual(403)
  })

  it('has a big screen for each poll', async () => {
    const [id = ''] = pollIds(await get('/'))
    const screen = await get(`/results/${id}`)
    expect(screen).toContain(`<live-poll-results poll="${id}" choices="4" presence>`)
    expect(screen).not.toMatch(/lpa_|<style|<script(?! type="module" src=)| style=| on\w+=/)
  })
})

describe('the organizer', () => {
  it('signs in by the link, once', async () => {
    const [link] = /http\S+organize\S+/.exec(demo.output()) ?? ['']
    await fetch(link, { method: 'HEAD', redirect: 'manual' }) // what previews a link must not use it up
    const cookie = await signIn()
    expect(cookie).toMatch(/^organizer-\d+=[\w-]{32}; Path=\/; HttpOnly; SameSite=Lax$/)
    expect((await fetch(link, { redirect: 'manual' })).status).toBe(403)
    expect(await get('/')).not.toContain('<form')
    expect(await get('/', cookie)).toContain('<form id="ask"')
  })

  it('makes a poll that stands first on the page', async () => {
    const cookie = await signIn()
    const response = await createPoll({ cookie, origin: demo.url, 'live-poll-client': '1' })
    expect(response.status).toBe(201)
    const { id } = (await response.json()) as { id: string }
    expect(pollIds(await get('/'))[0]).toBe(id)
  })

  it('sees results that nobody else does', async () => {
    const cookie = await signIn()
    const body = { question: 'Secret?', choices: ['Yes', 'No'], showResults: 'organizers' }
    const created = await createPoll({ cookie, origin: demo.url, 'live-poll-client': '1' }, body)
    const { id } = (await created.json()) as { id: string }
    expect(((await (await organize(cookie, 'GET', id)).json()) as Poll).results?.voters).toBe(0)
    expect((JSON.parse(await get(`/live-poll/polls/${id}`)) as Poll).results).toBeNull()
  })

  it('edits, starts anew and deletes; a visitor does not', async () => {
    const cookie = await signIn()
    const created = await createPoll({ cookie, origin: demo.url, 'live-poll-client': '1' })
    const { id, epoch } = (await created.json()) as Poll
    const steps: readonly (readonly [method: string, path: string, body?: object])[] = [
      ['PATCH', id, { question: 'Dinner?' }],
      ['POST', `${id}/reset`, { epoch }],
      ['DELETE', id],
    ]
    for (const step of steps) expect((await organize('', ...step)).status).toBe(401)
    for (const step of steps) expect((await organize(cookie, ...step)).ok).toBe(true)
    expect((await organize(cookie, 'GET', id)).status).toBe(404)
    expect(pollIds(await get('/'))).not.toContain(id)
  })

  it('is nobody whose request another page may have sent', async () => {
    const cookie = await signIn()
    const asks = [
      createPoll({ cookie, origin: demo.url }),
      createPoll({ cookie, origin: 'https://elsewhere.example', 'live-poll-client': '1' }),
      createPoll({ cookie, 'live-poll-client': '1' }),
      createPoll({ cookie: 'organizer-3000=guess', origin: demo.url, 'live-poll-client': '1' }),
    ]
    expect((await Promise.all(asks)).map(({ status }) => status)).toEqual([401, 401, 401, 401])
  })
})

describe('the channel', () => {
  it.each(['localhost', '127.0.0.1'])('is found on its own port of %s', async (host) => {
    const dialled: string[] = []
    class Recorded extends WebSocket {
      constructor(url: string, protocol: string) {
        super(url, protocol)
        dialled.push(url)
      }
    }
    const server = `${demo.url.replace('localhost', host)}/live-poll`
    const client = createPollClient({ server, storage: null, WebSocket: Recorded })
    const id = pollIds(await get('/')).at(-1) ?? ''
    const { revision } = await client.vote(id, [1])
    client.close()
    expect(revision).toBe(1)
    const [, port] = /uWebSockets\.js on port (\d+)/.exec(demo.output()) ?? []
    expect(dialled).toEqual([`ws://${host}:${port}/live-poll/channel`])
  })
})

describe('a start', () => {
  it('after a stop keeps polls and key, and nobody signed in', async () => {
    const cookie = await signIn()
    const [polls, key] = [pollIds(await get('/')), await readFile(join(folder, 'admin-key'), 'utf8')]
    expect(demo.output()).toContain(`${key.trim()} (kept in`)
    expect(await demo.stop()).toBe(0)

    demo = await startDemo({ LIVE_POLL_DATA: folder })
    expect(pollIds(await get('/'))).toEqual(polls)
    expect(await readFile(join(folder, 'admin-key'), 'utf8')).toBe(key)
    expect(demo.output()).not.toContain('lpa_')
    expect(await get('/', cookie)).not.toContain('<form')
    const response = await createPoll({ authorization: `Bearer ${key.trim()}` })
    expect(response.status).toBe(201)
  })

  it('says which port is taken', async () => {
    const taken = createServer().listen(0)
    const { port } = taken.address() as AddressInfo
    const { code, output } = await failToStart({ PORT: `${port}`, LIVE_POLL_DATA: join(folder, 'second') })
    taken.close()
    expect(output).toContain(`PORT ${port} is in use`)
    expect(code).toBe(1)
  })

  it('says who has the data folder', async () => {
    const { code, output } = await failToStart({ PORT: '0', LIVE_POLL_DATA: folder })
    expect(output).toMatch(/^Live Poll cannot start\. .* is in use by process \d+/m)
    expect(code).toBe(1)
  })

  it('does not pass over LIVE_POLL_REDIS', async () => {
    const { code, output } = await failToStart({ LIVE_POLL_REDIS: 'localhost' })
    expect(output).toContain('LIVE_POLL_REDIS must be a URL')
    expect(code).toBe(1)
  })
})
