import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readBallots } from './read-ballots.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ballots-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const item of items) collected.push(item)
  return collected
}

async function readAll(bytes: Buffer) {
  const file = join(folder, 'ballots.csv.gz')
  await writeFile(file, bytes)
  return collect(readBallots(file))
}

describe('ballots', () => {
  it('are read with their row, blank ones too', async () => {
    const csv = 'rank1,rank2,rank3\r\nBOB FINE,,\r\n,,\r\n"STROUD, JR.",BOB FINE,\r\n'
    expect(await readAll(gzipSync(csv))).toEqual([
      { row: 1, ranks: ['BOB FINE'] },
      { row: 2, ranks: [] },
      { row: 3, ranks: ['STROUD, JR.', 'BOB FINE'] },
    ])
  })

  it('of the election are 80,101, of which 789 are blank', async () => {
    let ballots = 0
    let blank = 0
    for await (const { ranks } of readBallots()) {
      ballots++
      if (ranks.length === 0) blank++
    }
    expect({ ballots, blank }).toEqual({ ballots: 80_101, blank: 789 })
  })

  it.each([
    ['is not there', undefined],
    ['is not gzipped', Buffer.from('rank1,rank2\n')],
    ['has another heading', gzipSync('name,votes\nBOB FINE,1\n')],
    ['is cut off', gzipSync(`rank1\n${'BOB FINE\n'.repeat(10_000)}`).subarray(0, 60)],
  ])('are refused when the file %s', async (_, bytes) => {
    const reading = bytes ? readAll(bytes) : collect(readBallots(join(folder, 'none')))
    await expect(reading).rejects.toThrow(/cannot be read|does not begin/)
  })

  it('are refused by their row', async () => {
    await expect(readAll(gzipSync('rank1,rank2\nBOB FINE,\n"BOB,\n'))).rejects.toThrow('Ballot 2 cannot be read')
  })
})
