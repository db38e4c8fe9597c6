import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fastTemp } from './fast-temp.mjs'
import { npmProgram, prepare } from './prepare.mjs'
import { environment, root, runNode, tools } from './run-command.mjs'

// npm run test:nodes [-- 22 24]: hosts, channel and packages on each line of Node that we support, with `ws` and, where it
// loads, uWebSockets.js. Not part of npm test: it downloads each Node once (into tmp/nodes), as the npm package "node".
const versions = ['20.20.2', '22.23.3', '24.21.0']
const lines = process.argv.slice(2)

await prepare()
const temp = fastTemp()
const rows = []
for (const version of versions.filter((one) => lines.length === 0 || lines.includes(one.split('.')[0]))) {
  console.log(`\nNode ${version}`)
  rows.push(await testOn(version))
  if (rows.at(-1).isStopped) break
}
temp.remove()
console.log('')
console.table(Object.fromEntries(rows.map(({ version, isStopped, ...row }) => [`Node ${version}`, row])))
process.exitCode = rows.length > 0 && rows.every((row) => row.outcome === 'passed') ? 0 : 1

async function testOn(version) {
  const node = await installNode(version)
  const uws = loadUws(node)
  console.log(`uWebSockets.js: ${uws.isThere ? 'loads' : `does not load, its tests are left out: ${uws.reason}`}`)

  const report = join(root, `tmp/nodes/${version}.json`)
  rmSync(report, { force: true })
  const env = {
    ...temp.env,
    // What is tried by turns from day to day is all tried here: its turn may be another database's.
    LIVE_POLL_TEST_DAY: 'all',
    // npm, and whatever else a test starts by name, is to run on this Node, too.
    PATH: `${dirname(node)}${delimiter}${process.env.PATH}`,
    ...(!uws.isThere && { LIVE_POLL_TEST_WITHOUT_UWS: '1' }),
  }
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${report}`]
  const args = [tools.vitest, 'run', '--config', 'scripts/test-nodes.config.mjs', '--root', '.', ...reporters]
  const started = performance.now()
  const code = await runNode(args, { env, node })
  const seconds = Math.round((performance.now() - started) / 1000)
  // What did not even start has no report.
  const counts = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {}
  return {
    version,
    'uWebSockets.js': uws.isThere ? 'loads' : 'left out',
    passed: counts.numPassedTests ?? 0,
    failed: counts.numFailedTests ?? 0,
    skipped: counts.numPendingTests ?? 0,
    seconds,
    isStopped: code > 128, // by a signal: Ctrl-C
    outcome: code === 0 && counts.numPassedTests > 0 ? 'passed' : 'FAILED',
  }
}

/** Installs a Node unless it is there. @returns its program */
async function installNode(version) {
  const folder = join(root, 'tmp/nodes', version)
  const names = process.platform === 'win32' ? ['node.exe', 'bin/node.exe'] : ['bin/node']
  const program = () => names.map((name) => join(folder, 'node_modules/node', name)).find(existsSync)
  if (!program()) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
    // The package fetches the build of this system in a script of its own.
    const quiet = ['--ignore-scripts=false', '--no-audit', '--no-fund', '--loglevel=error']
    await runNode([npmProgram(), 'install', `node@${version}`, '--prefix', folder, ...quiet])
  }
  const found = program()
  const is = found && execFileSync(found, ['--version'], { encoding: 'utf8' }).trim()
  if (is !== `v${version}`) throw new Error(`Node ${version} could not be installed: ${is ?? 'there is no program'}.`)
  return found
}

/** In a process of its own: where it does not support the system, loading it can end the process. */
function loadUws(node) {
  const code = `require('uWebSockets.js').App()`
  const from = join(root, 'packages/server-sdk')
  try {
    execFileSync(node, ['--eval', code], { cwd: from, env: environment, encoding: 'utf8', stdio: 'pipe' })
    return { isThere: true }
  } catch (error) {
    const said = String(error.stderr ?? error)
      .split('\n')
      .filter((line) => /^Error: /.test(line))
    return { isThere: false, reason: said.at(-1) ?? `it ended the process (${error.signal ?? error.status})` }
  }
}
