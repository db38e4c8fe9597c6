import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { atLength, byTurns } from '../../../packages/server-sdk/test/at-length.ts'
import { createMariadbDatabase, describeOnMariadb } from '../../../packages/server-sdk/test/servers/mariadb.ts'
import { createPostgresDatabase, describeOnPostgres } from '../../../packages/server-sdk/test/servers/postgres.ts'
import { ballotsFile } from '../src/index.ts'

const isLong = Boolean(process.env.LIVE_POLL_TEST_LONG)

/** Ballots of the election, blank ones among them. */
const all = 80_101

const main = new URL('../src/main.ts', import.meta.url).pathname

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'replay-test-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** Runs the replay as `npm run replay` does; what it stores goes to the test's own folder. */
function replay(...args: string[]): Promise<{ code: unknown; output: string }> {
  const env = { ...process.env, TMPDIR: folder }
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', main, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error ? error.code : 0, output: stdout + stderr })
    })
  })
}

describe('npm run replay', () => {
  it('counts the real ballots as the election did, and leaves nothing behind', async () => {
    const { code, output } = await replay()
    console.log(`embedded: ${/.* votes\/s, .*/.exec(output)?.[0]}`)
    expect(output).toContain('36 candidates, 79,312 votes: equal to the published result.')
    expect(output).toMatch(/votes\/s, acknowledged in p50 [\d.]+ ms, p99 [\d.]+ ms/)
    expect(code).toBe(0)
    expect((await readdir(folder)).filter((name) => name.startsWith('live-poll'))).toEqual([])
  })

  it.runIf(isLong)('finds a single altered ballot (npm run test:long)', async () => {
    const csv = gunzipSync(await readFile(ballotsFile)).toString()
    const altered = csv.replace(/^BETSY HODGES,/m, 'OLE SAVIOR,')
    expect(altered).not.toBe(csv)
    const file = join(folder, 'altered.csv.gz')
    await writeFile(file, gzipSync(altered))

    const { code, output } = await replay('--ballots', file)
    expect(output).toContain('NOT equal to the published result')
    expect(output).toContain('  BETSY HODGES: expected 28,951, counted 28,950\n')
    expect(output).toContain('  OLE SAVIOR: expected 695, counted 696\n')
    expect(output.match(/: expected/g)).toHaveLength(2)
    expect(code).toBe(1)
  })

  it('holds part of the ballots against a recount, and does not claim more', async () => {
    const { code, output } = await replay('--limit', '500')
    expect(output).toMatch(/equal to a recount of these 500 ballots/)
    expect(output).not.toContain('equal to the published result')
    expect(code).toBe(0)
  })

  it('says what is wrong with its arguments', async () => {
    const { code, output } = await replay('--server', 'localhost')
    expect(output).toContain('--server and --key go together.')
    expect(code).toBe(1)
  })
})

const servers = {
  Postgres: [describeOnPostgres, createPostgresDatabase],
  MariaDB: [describeOnMariadb, createMariadbDatabase],
} as const

for (const [name, [describeOn, createDatabase]] of byTurns(
  'databases for a replay',
  Object.entries(servers),
  1,
  ([server]) => server,
)) {
  describeOn(`npm run replay -- --database, on ${name}`, () => {
    const ballots = atLength(`ballots on ${name}`, 10_000, all)
    it(`counts ${ballots} of the real ballots as the election did`, async () => {
      const database = await createDatabase()
      try {
        const limit = ballots < all ? ['--limit', `${ballots}`] : []
        const { code, output } = await replay('--database', database.url, ...limit)
        console.log(`${name}: ${/.* votes\/s, .*/.exec(output)?.[0]}`)
        expect(output).toMatch(
          ballots < all
            ? /equal to a recount of these 10,000 ballots/
            : /36 candidates, 79,312 votes: equal to the published result\./,
        )
        expect(code).toBe(0)
      } finally {
        await database.drop()
      }
    })
  })
}
