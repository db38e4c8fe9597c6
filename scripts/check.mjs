import { workspaces } from './checks/files.mjs'
import { buildCommand, install } from './prepare.mjs'
import { captureNode, tools } from './run-command.mjs'

const sources = workspaces.filter((folder) => folder.startsWith('packages/')).map((folder) => `${folder}/src`)

// A stage runs its two lanes side by side; in a lane one check follows the other.
const stages = [
  [
    [['build', buildCommand]],
    [
      ['format and lint', [tools.biome, 'check', '--error-on-warnings', '--max-diagnostics=50']],
      ['file length', ['scripts/checks/file-length.mjs']],
      ['lockfile', ['scripts/checks/lockfile.mjs']],
      ['table of options', ['scripts/checks/options-table.mjs']],
      ['changesets', ['scripts/checks/changesets.mjs']],
      ['unused code', [tools.knip, '--no-progress']],
    ],
  ],
  // These read built files.
  [
    [
      ['types', ['scripts/checks/types.mjs']],
      ['published packages', turbo('package-check')],
    ],
    [
      ['import rules', [tools.depcruise, ...sources, '--config', '.dependency-cruiser.cjs']],
      ['size', ['scripts/checks/size.mjs']],
      ['docs site', ['scripts/docs.mjs', '--built']],
    ],
  ],
]

// npm run check -- types size: only the checks whose names contain one of the words.
const words = process.argv.slice(2)
const isWanted = (name) => words.length === 0 || words.some((word) => name.includes(word))

await install()
const failed = []
for (const lanes of stages) await Promise.all(lanes.map(runLane))
if (failed.length > 0) console.log(`\nFailed: ${failed.join(', ')}`)
process.exitCode = failed.length > 0 ? 1 : 0

async function runLane(checks) {
  for (const [name, args] of checks) {
    if (!isWanted(name)) continue
    const { code, output, seconds } = await captureNode(args)
    console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name.padEnd(28)} ${seconds.toFixed(1).padStart(5)} s`)
    if (code === 0) continue
    failed.push(name)
    console.log(`${output.trim()}\n`)
  }
}

function turbo(task) {
  const quiet = ['--output-logs=errors-only', '--ui=stream']
  return [tools.turbo, 'run', task, ...quiet, '--continue=dependencies-successful', '--concurrency=2']
}
