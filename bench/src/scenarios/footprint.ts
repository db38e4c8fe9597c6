import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { installedSize } from '../measure/installed-size.ts'
import { readMemory } from '../measure/memory.ts'
import { onCore, serverCore } from '../process/machine.ts'
import type { VoteServer } from '../servers/common.ts'
import { asInstalled, type Contender, type Figures, type World, withServer } from './world.ts'

const bench = join(import.meta.dirname, '../..')
const ourParts = ['', '/node', '/postgres', '/redis', '/uwebsockets'].map((part) => `@live-poll/server-sdk${part}`)

/** (i) What is there before the first vote. Both sides use pg and ioredis, whose size is left out. */
export const footprint: readonly Contender[] = [
  part('i-ours', 'ours', 'live-poll', [...ourParts, 'pg', 'ioredis'], ['@live-poll/server-sdk']),
  part(
    'i-typical',
    'typical stack',
    'typical-stack',
    ['express', 'socket.io', 'pg', 'ioredis'],
    ['express', 'socket.io'],
  ),
]

function part(
  key: string,
  title: string,
  program: string,
  imports: readonly string[],
  packages: readonly string[],
): Contender {
  return {
    key,
    title: `${title}, idle`,
    fullRunOnly: true,
    async measure(world) {
      const started = await measureStart(world, program)
      return { importing: await timeImport(imports), ...started, installed: installedSize(packages, bench) }
    },
  }
}

/** From the start of the process to the first connection that it would take, on an empty database. */
function measureStart(world: World, program: string): Promise<Figures> {
  return withServer<VoteServer, Figures>(asInstalled(world), program, undefined, async (server, { startTime }) => {
    await server.call('memory', null)
    return { start: startTime, ...readMemory(server.pid) }
  })
}

/** @returns milliseconds, the median of five processes */
async function timeImport(names: readonly string[]): Promise<number> {
  const script = `const begun = performance.now()
    ${names.map((name) => `await import('${name}')`).join('\n')}
    console.log(performance.now() - begun)`
  const command = onCore(serverCore, [process.execPath, '--input-type=module', '-e', script])
  const times: number[] = []
  for (let turn = 0; turn < 5; turn++) {
    const { stdout } = await promisify(execFile)(command[0] as string, command.slice(1), { cwd: bench })
    times.push(Number(stdout))
  }
  return times.sort((a, b) => a - b)[2] as number
}
