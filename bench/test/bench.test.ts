import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describeOnPostgres } from '../../packages/server-sdk/test/servers/postgres.ts'
import { describeOnRedis } from '../../packages/server-sdk/test/servers/redis.ts'
import { describeOnLinux } from './on-linux.ts'

const main = join(import.meta.dirname, '../src/main.ts')

/** Runs the benchmark as `npm run bench` does. */
function bench(...args: string[]): Promise<{ code: unknown; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', main, ...args], (error, stdout, stderr) => {
      resolve({ code: error ? error.code : 0, output: stdout + stderr })
    })
  })
}

describeOnPostgres('npm run bench', () => {
  describeOnRedis('with Redis', () => {
    describeOnLinux('on Linux', () => {
      it('measures both sides, holds results against answers, and says what it shows', async () => {
        const lines = ['a-64', 'b-1', 'c1-quiet', 'c2-1', 'h-ours-1000', 'h-io-1000']
        const short = ['--seconds', '1', '--warm-up', '0.5']
        const { code, output } = await bench('--only', lines.join(','), ...short)
        console.log(output)
        for (const line of lines) expect(output).toMatch(new RegExp(`^${line} .*(votes|delivered)/s`, 'm'))
        expect(output).toMatch(/^votes\/s, 1 in flight: ours \/ typical stack +[\d.]+ x +at least 10 x/m)
        expect(output).toMatch(/fsync = on, synchronous_commit = on/)
        expect(output).toMatch(/^TCP congestion control: \w+/m)
        expect(code).toBe(0)
      })
    })
  })
})

it('says what is wrong with its arguments', async () => {
  const { code, output } = await bench('--seconds', 'many')
  expect(output).toContain('--seconds: send a number above 0.')
  expect(code).toBe(1)
})
