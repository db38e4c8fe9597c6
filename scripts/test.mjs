import { fastTemp } from './fast-temp.mjs'
import { prepare } from './prepare.mjs'
import { runNode, tools } from './run-command.mjs'

// --long runs the tests at full length (all 20 kills, all ballots); everything else goes to vitest.
const args = process.argv.slice(2)
const isLong = args.includes('--long')

await prepare()
const temp = fastTemp()
process.exitCode = await runNode([tools.vitest, 'run', ...args.filter((arg) => arg !== '--long')], {
  env: { ...temp.env, ...(isLong && { LIVE_POLL_TEST_LONG: '1' }) },
})
temp.remove()
