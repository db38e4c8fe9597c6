import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { prepare } from './prepare.mjs'
import { root, runNode } from './run-command.mjs'

// node scripts/run.mjs <workspace folder> <script>: the script of package.json must be a Node command line,
// `tsx src/main.ts` or `node src/main.mjs`, so that no shell stands between it and a signal.
const [folder, name, ...rest] = process.argv.slice(2)
const cwd = join(root, folder)
const script = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8')).scripts?.[name]
const [program, ...args] = script?.split(' ') ?? []
const nodeArgs = { tsx: ['--import', 'tsx'], node: [] }[program]
if (!nodeArgs) {
  console.error(`${folder}/package.json has no script "${name}" that starts with tsx or node.`)
  process.exit(1)
}

await prepare()
process.exitCode = await runNode([...nodeArgs, ...args, ...rest], { cwd })
