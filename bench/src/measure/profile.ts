import { writeFile } from 'node:fs/promises'
import type { Profiler } from 'node:inspector'
import { Session } from 'node:inspector/promises'

/** Profiles this process from now on, and not its start, which `--cpu-prof` would mix in. */
export function createProfiler() {
  const session = new Session()
  return {
    async start(): Promise<void> {
      session.connect()
      await session.post('Profiler.enable')
      await session.post('Profiler.setSamplingInterval', { interval: 500 })
      await session.post('Profiler.start')
    },
    /** Leaves the profile in a file, for the browser's developer tools. @returns the functions that took most time */
    async stop(file: string): Promise<readonly string[]> {
      const { profile } = await session.post('Profiler.stop')
      session.disconnect()
      await writeFile(file, JSON.stringify(profile))
      return topFunctions(profile)
    },
  }
}

/** By the time in a function itself, as in ` 12.3 %  decode  (dist/index.js:12)`. */
function topFunctions({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): readonly string[] {
  const frames = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const place = url ? `  (${url.split('/').slice(-2).join('/')}:${lineNumber + 1})` : ''
      return [id, `${functionName || '(anonymous)'}${place}`]
    }),
  )
  const times = new Map<string, number>()
  let total = 0
  samples.forEach((id, index) => {
    const name = frames.get(id) ?? '?'
    const micros = timeDeltas[index] ?? 0
    total += micros
    times.set(name, (times.get(name) ?? 0) + micros)
  })
  return [...times]
    .sort(([, a], [, b]) => b - a)
    .slice(0, 40)
    .map(([name, micros]) => `${((100 * micros) / total).toFixed(1).padStart(5)} %  ${name}`)
}
