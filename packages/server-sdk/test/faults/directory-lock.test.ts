import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type DirectoryLock, lockDirectory } from '../../src/adapters/embedded/directory-lock.ts'

interface Answer {
  readonly type: 'waiting' | 'held' | 'refused'
  readonly message?: string
}

let directory: string
let children: ChildProcess[]
let locks: DirectoryLock[]

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'live-poll-lock-'))
  children = []
  locks = []
})
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  for (const lock of locks) await lock.release()
  await rm(directory, { recursive: true })
})

test('a living holder is named', async () => {
  const { child, answer } = await lockElsewhere()
  expect(answer.type).toBe('held')
  await expect(lock()).rejects.toThrow(`in use by process ${child.pid}`)
})

test('a holder killed with SIGKILL leaves nothing to wait for', async () => {
  const { child } = await lockElsewhere()
  await kill(child)
  await lock()
})

test('a process that got the pid of a killed holder is not taken for it', async () => {
  const { child } = await lockElsewhere()
  await kill(child)
  await rewrite((holder) => ({ ...holder, pid: process.pid }))
  await lock()
})

test('the same pid in another pid namespace is not taken for the holder', async () => {
  const { child } = await lockElsewhere()
  await rewrite((holder) => ({ ...holder, host: 'other-container' }))
  await expect(lock()).rejects.toThrow(`in use by process ${child.pid} on other-container`)
})

test('a holder on another host is alive while its file is touched', async () => {
  await leftBy('elsewhere')
  const beat = setInterval(() => void touch(), 20)
  try {
    await expect(lock()).rejects.toThrow('on elsewhere')
  } finally {
    clearInterval(beat)
  }
})

test('a holder on another host is gone after 10 s without a heartbeat', async () => {
  await leftBy('elsewhere')
  await lock()
}, 15_000)

test('a holder on its way out is waited for', async () => {
  const first = await lock()
  await first.closing()
  const second = lock()
  await first.release()
  await second
})

test('a holder that was taken over notices before it is used again', async () => {
  const first = await lock()
  expect(() => first.assertHeld()).not.toThrow()
  await writeFile(join(directory, '2'), '{}')
  await expect.poll(() => errorOf(() => first.assertHeld()), { timeout: 5000 }).toContain('taken over')
})

test('of ten processes that find the lock of a dead one, one gets it', async () => {
  await kill((await lockElsewhere()).child)
  const racers = await Promise.all(Array.from({ length: 10 }, () => start('--on-word')))
  await Promise.all(racers.map(nextAnswer))
  const answers = racers.map(nextAnswer)
  for (const racer of racers) racer.send('go')
  const types = (await Promise.all(answers)).map((answer) => answer.type)
  expect(types.filter((type) => type === 'held')).toHaveLength(1)
  expect(types.filter((type) => type === 'refused')).toHaveLength(9)
})

test('numbers do not pile up', async () => {
  for (let round = 0; round < 5; round++) await (await lock()).release()
  expect(await readdir(directory)).toEqual(['5'])
})

async function lock(): Promise<DirectoryLock> {
  const held = await lockDirectory(directory)
  locks.push(held)
  return held
}

function start(...args: string[]): ChildProcess {
  const file = fileURLToPath(new URL('./lock-process.ts', import.meta.url))
  const child = fork(file, [directory, ...args], { execArgv: ['--import', 'tsx'] })
  children.push(child)
  return child
}

async function lockElsewhere(): Promise<{ child: ChildProcess; answer: Answer }> {
  const child = start()
  return { child, answer: await nextAnswer(child) }
}

async function nextAnswer(child: ChildProcess): Promise<Answer> {
  const [answer] = await once(child, 'message')
  return answer as Answer
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

async function currentFile(): Promise<string> {
  const [name] = await readdir(directory)
  return join(directory, name ?? '')
}

async function rewrite(change: (holder: Record<string, unknown>) => Record<string, unknown>): Promise<void> {
  const file = await currentFile()
  await writeFile(file, JSON.stringify(change(JSON.parse(await readFile(file, 'utf8')))))
}

async function leftBy(host: string): Promise<void> {
  await kill((await lockElsewhere()).child)
  await rewrite((holder) => ({ ...holder, host }))
}

async function touch(): Promise<void> {
  const now = new Date()
  await utimes(await currentFile(), now, now)
}

function errorOf(action: () => void): string {
  try {
    action()
    return ''
  } catch (error) {
    return String(error)
  }
}
