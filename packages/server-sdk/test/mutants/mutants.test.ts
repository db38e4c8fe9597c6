import { execFile } from 'node:child_process'
import { appendFileSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { byTurns } from '../at-length.ts'
import { type CopyOfSources, copySources } from './copy-of-sources.ts'

// Each patch here is a mistake of which the tests must know. It says in its first lines which test file catches it, from the
// root of the package. That file is run against it as it is, and has to fail by an assertion.

/** Set by `npm run faults -- --full`: the whole fault suite, until something fails, against each. */
const isFull = process.env.LIVE_POLL_FAULTS === 'full'
const report = process.env.LIVE_POLL_FAULTS_REPORT

// In CI some of them; that all apply to the sources is tried in the first minute of it.
const folder = fileURLToPath(new URL('.', import.meta.url))
const patches = readdirSync(folder).filter((name) => name.endsWith('.patch'))
const mutants = (isFull ? patches : byTurns('mistakes tried', patches, 3)).map((name) => {
  const text = readFileSync(join(folder, name), 'utf8')
  const file = /^Caught by: (.+)$/m.exec(text)?.[1]
  if (!file) throw new Error(`${name} does not name the test file that catches it.`)
  return { name: name.replace('.patch', ''), path: join(folder, name), file, says: text.split('\n')[0] }
})

let copy: CopyOfSources
beforeAll(async () => {
  copy = await copySources()
})
afterAll(() => copy?.remove())

/** Milliseconds for the whole suite. */
const patience = 1_800_000

test('without a mistake, the tests that are to catch them pass', { timeout: patience }, async () => {
  const files = isFull ? ['test/faults/'] : [...new Set(mutants.map(({ file }) => file))]
  const outcome = await run(files)
  const failed = [...outcome.caught, ...outcome.others]
  if (report && failed.length > 0) appendFileSync(report, `\nWithout a mistake, these failed: ${failed.join('; ')}.\n`)
  expect(outcome).toEqual({ code: 0, caught: [], others: [] })
})

test.for(mutants.map((mutant) => [mutant.name, mutant] as const))(
  '%s is caught',
  { timeout: patience },
  async ([name, { path, file, says }]) => {
    await apply(path)
    try {
      const { caught, others } = await run(isFull ? ['test/faults/'] : [file], true)
      console.log(`${name}: ${caught[0] ?? others[0]}`)
      if (report)
        appendFileSync(report, `${name === mutants[0]?.name ? '\n## Mutants\n\n' : ''}- ${says} ${told(caught)}\n`)
      expect(caught.length, `tests that catch it; failed otherwise: ${others.join('\n')}`).toBeGreaterThan(0)
    } finally {
      await apply(path, '--reverse')
    }
  },
)

const told = (caught: readonly string[]) => (caught.length > 0 ? `Caught: ${caught[0]}.` : '**Survives.**')

/** @throws Error when it does not apply: whoever has changed what it changes has to look at it */
async function apply(path: string, ...options: readonly string[]) {
  const { code, output } = await execute('git', ['apply', ...options, path], copy.folder)
  if (code !== 0) throw new Error(`The patch does not apply any more: ${output}`)
}

interface Outcome {
  readonly code: number
  /** Names of tests that failed by an assertion. */
  readonly caught: readonly string[]
  /** What else failed, and why. */
  readonly others: readonly string[]
}

interface JsonReport {
  readonly testResults: readonly {
    readonly name: string
    readonly message: string
    readonly assertionResults: readonly {
      readonly fullName: string
      readonly status: string
      readonly failureMessages: readonly string[]
    }[]
  }[]
}

/** Runs test files of the copy, unchanged. */
async function run(files: readonly string[], untilFailed = false): Promise<Outcome> {
  const json = join(copy.root, 'outcome.json')
  const vitest = join(copy.root, 'node_modules/vitest/vitest.mjs')
  const options = ['run', '--reporter=json', `--outputFile=${json}`, ...(untilFailed ? ['--bail=1'] : [])]
  const paths = files.map((file) => `packages/server-sdk/${file}`)
  const { code, output } = await execute(process.execPath, [vitest, ...options, ...paths], copy.root)
  const caught: string[] = []
  const others: string[] = []
  const { testResults } = JSON.parse(readFileSync(json, 'utf8')) as JsonReport
  for (const { name, message, assertionResults } of testResults) {
    const failed = assertionResults.filter(({ status }) => status === 'failed')
    if (failed.length === 0 && message) others.push(`${name}: ${message}`)
    for (const { fullName, failureMessages } of failed) {
      // In the whole suite what fails first may be a wait that is over; a file that cannot be loaded is none of its tests.
      if (isFull || failureMessages[0]?.startsWith('AssertionError')) caught.push(fullName)
      else others.push(`${fullName}: ${failureMessages[0]}`)
    }
  }
  if (code !== 0 && caught.length + others.length === 0) others.push(output)
  return { code, caught, others }
}

/** In a process that is nobody's worker, at the usual size, on every database. */
function execute(program: string, args: readonly string[], cwd: string): Promise<{ code: number; output: string }> {
  const ownEnvironment = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|LIVE_POLL_|TEST$|NODE_ENV$)/.test(name),
  )
  return new Promise((resolve) => {
    const options = {
      cwd,
      env: { ...Object.fromEntries(ownEnvironment), LIVE_POLL_TEST_DAY: 'all' },
      maxBuffer: 2 ** 28,
    }
    const child = execFile(program, [...args], options, (_, stdout, stderr) => {
      resolve({ code: child.exitCode ?? 1, output: stdout + stderr })
    })
  })
}
