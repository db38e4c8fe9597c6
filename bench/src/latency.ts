/**
 * How long after a click on Vote in one browser window the bar moves in another.
 *
 * Included: the click's work in the page, the socket, the commit to the embedded database, reading the results,
 * publishing them, the other socket, drawing, and the wait for that window's next frame. Both windows are on this
 * machine and share one clock. On a quiet poll votes are far enough apart not to wait for each other. On a busy one the
 * results go out every 100 ms, as often as they may, and a vote waits for its turn: that is in its figures.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import type { FromServer, ToServer } from './latency-server.ts'
import { castVote, waitForBar } from './page-probes.ts'

const votes = 200
const warmUp = 10

const chromiumPath = [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path && existsSync(path),
)
if (!chromiumPath) {
  console.error('There is no Chromium. Install it (apt-get install chromium), or set CHROMIUM_PATH.')
  process.exit(1)
}
const browser = await chromium.launch({
  executablePath: chromiumPath,
  args: [
    '--no-sandbox',
    '--disable-dev-shm-usage',
    '--disable-background-networking',
    // Neither window is in front of the other.
    '--disable-renderer-backgrounding',
    '--disable-backgrounding-occluded-windows',
  ],
})
console.log(`${votes} votes each, from the click in one window to the bar in another (ms); four minutes in all:`)
for (const transport of ['ws', 'uwebsockets']) await measure(browser, transport)
await browser.close()

async function measure(windows: Browser, transport: string): Promise<void> {
  const file = fileURLToPath(new URL('./latency-server.ts', import.meta.url))
  const server = fork(file, [transport], { execArgv: ['--import', 'tsx'] })
  const [started] = (await once(server, 'message')) as [FromServer]
  if (started.type === 'missing') {
    console.log(`${transport}: not measured, it does not load here: ${started.reason}`)
    return
  }
  const [voter, viewer] = await Promise.all([openPage(windows, started.url), openPage(windows, started.url)])
  print(transport, 'quiet', await castVotes(voter, viewer))
  server.send('crowd' satisfies ToServer)
  print(transport, 'busy', await castVotes(voter, viewer))
  await Promise.all([voter.context().close(), viewer.context().close()])
  server.disconnect()
  await once(server, 'exit')
}

/** @returns the milliseconds of each vote but the first few, for which code was compiled and the crowd gathered */
async function castVotes(voter: Page, viewer: Page): Promise<readonly number[]> {
  const latencies: number[] = []
  for (let vote = 0; vote < warmUp + votes; vote++) {
    const choice = vote % 2
    const seen = viewer.evaluate(waitForBar, choice)
    const cast = await voter.evaluate(castVote, choice)
    const latency = (await seen) - cast
    if (vote >= warmUp) latencies.push(latency)
    await delay(150 + Math.random() * 100) // under 10 messages a second, and at any moment between two publications
  }
  return latencies.sort((a, b) => a - b)
}

function print(transport: string, poll: string, sorted: readonly number[]): void {
  const figures = `p50 ${at(sorted, 0.5)}  p99 ${at(sorted, 0.99)}  max ${at(sorted, 1)}`
  console.log(`${transport.padEnd(12)} ${poll.padEnd(6)} ${figures}`)
}

async function openPage(windows: Browser, url: string): Promise<Page> {
  const page = await (await windows.newContext()).newPage()
  await page.addInitScript('globalThis.__name = (value) => value') // tsx names functions with a helper of its own
  await page.goto(url)
  await page.locator('live-poll input').first().waitFor()
  return page
}

function at(sorted: readonly number[], fraction: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN).toFixed(0)
}
