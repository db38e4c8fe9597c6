/** The benchmark: `npm run bench`, with `-- --help` for what else it can do. */
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { measureAll } from './measure-all.ts'
import { parseArguments } from './parse-arguments.ts'
import { runInOwnNetwork } from './process/own-network.ts'
import { alignedTable, claimRows } from './report/claim-table.ts'
import { formatLine } from './report/lines.ts'
import { mediansOf } from './report/medians.ts'
import { drawPlot } from './report/plots.ts'
import { plotsOf } from './report/plots-of.ts'
import { writeResultsPage } from './report/results-page.ts'
import { bigPoll } from './scenarios/big-poll.ts'
import { ceiling } from './scenarios/ceiling.ts'
import { fanOut } from './scenarios/fan-out.ts'
import { footprint } from './scenarios/footprint.ts'
import { images } from './scenarios/images.ts'
import { inOrder } from './scenarios/in-order.ts'
import { changes, livePoll, manyPolls, onWs, withOutbox } from './scenarios/live-poll.ts'
import { bestStack, typicalStack } from './scenarios/stacks.ts'
import { standing } from './scenarios/standing.ts'

const votes = [ceiling, livePoll, typicalStack, bestStack, onWs, changes, manyPolls, bigPoll, withOutbox]
const contenders = inOrder([...votes, fanOut, footprint, standing, images].flat())

const wanted = parseArguments(process.argv.slice(2))
const code = await runInOwnNetwork()
if (code !== undefined) process.exit(code)
const isChosen = (key: string) => wanted.only.some((word) => key === word || key.startsWith(`${word}-`))
const profiles = wanted.profile ? await mkdtemp(join(tmpdir(), 'live-poll-profiles-')) : undefined
const begun = performance.now()
const { measured, limits } = await measureAll({
  contenders: contenders.filter(({ key, fullRunOnly }) =>
    wanted.only.length > 0 ? isChosen(key) : !(wanted.isQuick && fullRunOnly),
  ),
  rounds: wanted.rounds,
  times: wanted,
  print: console.log,
  done: (contender, figures) => console.log(formatLine(contender, figures)),
  ...(profiles !== undefined && { profiles }),
})
const minutes = ((performance.now() - begun) / 60_000).toFixed(1)

const rows = claimRows(measured)
if (rows.length > 0) console.log(`\n${alignedTable(['', 'measured', 'wanted', 'met'], rows)}`)
if (profiles) console.log(`\nProfiles, for the developer tools of a browser: ${profiles}`)
const isWhole = wanted.only.length === 0 && !wanted.isQuick
if (isWhole) await writeReport()
console.log(`\n${minutes} minutes. Limits that were changed:\n${limits.map((limit) => `  ${limit}`).join('\n')}`)

async function writeReport(): Promise<void> {
  const bench = join(import.meta.dirname, '..')
  const plots = plotsOf(measured, mediansOf(measured))
  const times = `${wanted.rounds} rounds; each line ${wanted.seconds} s after ${wanted.warmUp} s to warm up, twice as long where ours is offered votes at a pace`
  await mkdir(join(bench, 'plots'), { recursive: true })
  for (const [file, plot] of plots) await writeFile(join(bench, 'plots', file), drawPlot(plot))
  const page = writeResultsPage({ measured, plots, limits: [...limits, times] })
  await writeFile(join(bench, 'RESULTS.md'), page)
  console.log('\nWritten: bench/RESULTS.md, bench/plots')
}
