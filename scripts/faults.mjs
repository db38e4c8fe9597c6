import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fastTemp } from './fast-temp.mjs'
import { prepare } from './prepare.mjs'
import { root, runNode, tools } from './run-command.mjs'

// node scripts/faults.mjs [--full] [--seed N]: the fleet under faults; in full, at the size that its report is about, and
// the whole fault suite against each mutant. The report is written where all of it has passed, and where it has not.
const args = process.argv.slice(2)
const isFull = args.includes('--full')
const seed = args.includes('--seed') ? args[args.indexOf('--seed') + 1] : String(Date.now() % 1_000_000)
if (!/^\d+$/.test(seed ?? '')) {
  console.error('npm run faults -- [--full] [--seed N]: N is a whole number.')
  process.exit(2)
}

await prepare()
const temp = fastTemp()
const folder = mkdtempSync(join(tmpdir(), 'live-poll-faults-'))
const report = join(folder, 'report.md')
const env = {
  ...temp.env,
  LIVE_POLL_TEST_DAY: 'all',
  LIVE_POLL_FAULTS: isFull ? 'full' : 'small',
  LIVE_POLL_FAULTS_SEED: seed,
  LIVE_POLL_FAULTS_REPORT: report,
}
const run = (...files) =>
  runNode([tools.vitest, 'run', '--project', 'faults', ...files, '--disable-console-intercept'], { env })

writeFileSync(report, '')
console.log(`Seed ${seed}`)
const codes = [await run('fleet-under-faults')]
if (isFull) codes.push(await run('mutants'))
if (isFull) {
  const outcome = codes.every((code) => code === 0) ? 'All of it passed.' : '**Not all of it passed.**'
  const command = `npm run faults -- --full --seed ${seed}`
  const head = `# The fleet under faults\n\nWritten by \`${command}\`. ${outcome}\n`
  writeFileSync(join(root, 'packages/server-sdk/test/faults/RESULTS.md'), head + readFileSync(report, 'utf8'))
}
rmSync(folder, { recursive: true })
temp.remove()
process.exitCode = Math.max(...codes)
