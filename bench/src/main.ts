/** The benchmark: `npm run bench`, with `-- --help` for what else it can do. */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LoadGenerator } from './load/load-generator.ts'
import { parseArguments } from './parse-arguments.ts'
import { buildPrograms, programPath } from './process/build-programs.ts'
import { startDatabases } from './process/databases.ts'
import { describeMachine, otherCore } from './process/machine.ts'
import { startProcess } from './process/start-process.ts'
import { formatLine } from './report/lines.ts'
import { bigPoll } from './scenarios/big-poll.ts'
import { ceiling } from './scenarios/ceiling.ts'
import { fanOut } from './scenarios/fan-out.ts'
import { footprint } from './scenarios/footprint.ts'
import { changes, livePoll, manyPolls, onWs } from './scenarios/live-poll.ts'
import { bestStack, typicalStack } from './scenarios/stacks.ts'
import type { Contender, Figures, World } from './scenarios/world.ts'

const contenders: readonly Contender[] = [
  ...ceiling,
  ...livePoll,
  ...typicalStack,
  ...bestStack,
  ...onWs,
  ...changes,
  ...manyPolls,
  ...bigPoll,
  ...fanOut,
  ...footprint,
]

const wanted = parseArguments(process.argv.slice(2))
const chosen = contenders.filter(
  ({ key }) => wanted.only.length === 0 || wanted.only.some((word) => key === word || key.startsWith(`${word}-`)),
)
await buildPrograms()
const databases = await startDatabases()
try {
  for (const line of [...describeMachine(), ...databases.settings]) console.log(line)
  const load = await startProcess<LoadGenerator>(programPath('load-generator'), otherCore)
  const profiles = wanted.profile ? await mkdtemp(join(tmpdir(), 'live-poll-profiles-')) : undefined
  const world: World = { databases, load, times: wanted, print: console.log, ...(profiles && { profiles }) }
  for (let round = 1; round <= wanted.rounds; round++) {
    for (const contender of chosen) {
      const figures: Figures = await contender.measure(world)
      console.log(formatLine(contender, figures))
    }
  }
  await load.stop()
} finally {
  await databases.stop()
}
