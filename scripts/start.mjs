import { prepare } from './prepare.mjs'
import { runNode } from './run-command.mjs'

await prepare()
process.exitCode = await runNode(['--import', 'tsx', 'examples/demo/src/main.ts', ...process.argv.slice(2)])
