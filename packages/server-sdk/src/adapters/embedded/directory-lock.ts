import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createFile } from './create-file.ts'
import { hostIdentity, processStart } from './process-identity.ts'

/** Milliseconds. */
const times = { heartbeat: 2000, stale: 10_000, closing: 5000, poll: 50 }

interface Holder {
  readonly token: string
  readonly host: string
  readonly pid: number
  readonly started: string
  readonly since: string
  readonly phase: 'open' | 'closing' | 'released'
}

export interface DirectoryLock {
  /** @throws if another process has taken over, which it may after 10 s without a heartbeat from another host */
  assertHeld(): void
  /** Says that the holder is on its way out: openers wait for it instead of giving up. */
  closing(): Promise<void>
  release(): Promise<void>
}

/** The data folder is in use by a living process. */
export class DirectoryInUseError extends Error {
  override readonly name = 'DirectoryInUseError'
}

/**
 * One process at a time: PGlite has no lock of its own, and a second opener would lose committed writes.
 *
 * The lock is a row of numbered files, of which the highest counts. To take it, one creates the next number, which
 * succeeds for one process only; a file is never removed while it is the highest, so a slow process can not take what
 * was taken meanwhile. A holder is gone when it has released, when its process is (same host, other start time), or
 * when it is on another host and its file was not touched for 10 s.
 *
 * @throws DirectoryInUseError, which names the holder
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  await mkdir(directory, { recursive: true })
  const me: Holder = {
    token: randomBytes(8).toString('hex'),
    host: hostIdentity(),
    pid: process.pid,
    started: processStart(process.pid) ?? '',
    since: new Date().toISOString(),
    phase: 'open',
  }
  for (;;) {
    const highest = Math.max(0, ...(await numbers(directory)))
    if (highest > 0) await untilGone(directory, highest)
    const mine = highest + 1
    if (!(await createFile(join(directory, String(mine)), JSON.stringify(me)))) continue
    const all = await numbers(directory)
    if (Math.max(...all) === mine) {
      await Promise.all(all.filter((n) => n < mine).map((n) => rm(join(directory, String(n)), { force: true })))
      return hold(directory, mine, me)
    }
    await rm(join(directory, String(mine)), { force: true })
  }
}

async function numbers(directory: string): Promise<readonly number[]> {
  return toNumbers(await readdir(directory))
}

function toNumbers(names: readonly string[]): readonly number[] {
  return names.filter((name) => /^\d+$/.test(name)).map(Number)
}

/** Resolves when the holder of a number is gone. @throws DirectoryInUseError when it is not */
async function untilGone(directory: string, number: number): Promise<void> {
  const file = join(directory, String(number))
  const startedWaiting = performance.now()
  let touched: { at: number; seen: number } | undefined
  for (;;) {
    const holder = await readHolder(file)
    if (!holder || holder.phase === 'released') return
    const sameHost = holder.host === hostIdentity()
    const started = sameHost ? processStart(holder.pid) : ''
    if (started === undefined) return
    const knowsStart = started !== '' && holder.started !== ''
    if (knowsStart && started !== holder.started) return

    const waited = performance.now() - startedWaiting
    if (holder.phase === 'closing') {
      if (waited > times.closing) throw inUse(directory, holder)
    } else if (knowsStart) {
      throw inUse(directory, holder)
    } else {
      // Whether it lives shows in its heartbeat, timed by our clock: the other host's may differ.
      const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: -1 }))
      if (touched && touched.at !== mtimeMs) throw inUse(directory, holder)
      touched ??= { at: mtimeMs, seen: performance.now() }
      if (performance.now() - touched.seen > times.stale) return
    }
    await delay(times.poll)
  }
}

async function readHolder(file: string): Promise<Holder | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  return text === undefined ? undefined : (JSON.parse(text) as Holder)
}

function inUse(directory: string, holder: Holder): DirectoryInUseError {
  return new DirectoryInUseError(
    `The embedded database in ${join(directory, '..')} is in use by process ${holder.pid} on ${holder.host.split(' ')[0]} ` +
      `(since ${holder.since}). Stop that process, choose another directory, or use a database server: ` +
      'the embedded database serves one process.',
  )
}

function hold(directory: string, number: number, me: Holder): DirectoryLock {
  const file = join(directory, String(number))
  let checked = performance.now()
  let lost = false

  function check() {
    checked = performance.now()
    lost ||= toNumbers(readdirSync(directory)).some((n) => n > number)
  }

  const heartbeat = setInterval(() => {
    const now = new Date()
    utimes(file, now, now).then(check, () => {})
  }, times.heartbeat)
  heartbeat.unref()

  async function write(phase: Holder['phase']) {
    check()
    if (lost) return
    const draft = join(directory, `draft-${me.token}`)
    await writeFile(draft, JSON.stringify({ ...me, phase }))
    await rename(draft, file)
  }

  return {
    assertHeld() {
      // After a pause (a suspended machine, a stopped process) someone may have judged us gone.
      if (performance.now() - checked > times.heartbeat * 2) check()
      if (lost) throw new DirectoryInUseError('Another process has taken over the embedded database.')
    },
    closing: () => write('closing'),
    async release() {
      clearInterval(heartbeat)
      await write('released')
    },
  }
}
