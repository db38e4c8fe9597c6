import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readOrCreateFile } from './create-file.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'live-poll-file-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('a file that keeps a secret', () => {
  it('is made once, whoever asks at once, for its owner alone', async () => {
    const file = join(folder, 'secret')
    const ask = (_: unknown, n: number) => readOrCreateFile(file, () => `secret-${n}`)
    const answers = await Promise.all(Array.from({ length: 20 }, ask))
    expect(answers.filter(({ isNew }) => isNew)).toHaveLength(1)
    const [{ line } = { line: '' }] = answers
    expect(new Set(answers.map((answer) => answer.line))).toEqual(new Set([line]))
    expect([await readFile(file, 'utf8'), await readdir(folder)]).toEqual([`${line}\n`, ['secret']])
    if (process.platform !== 'win32') expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await readOrCreateFile(file, () => 'another')).toEqual({ line, isNew: false })
  })

  it('is not made where it cannot be', async () => {
    await expect(readOrCreateFile(join(folder, 'none/secret'), () => 'secret')).rejects.toThrow('ENOENT')
  })
})
