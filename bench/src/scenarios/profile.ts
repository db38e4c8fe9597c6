import { join } from 'node:path'
import type { Remote } from '../process/start-process.ts'
import type { commonCalls } from '../servers/common.ts'
import type { World } from './world.ts'

/** Profiles our server where that is wanted. @returns ends it, and says what took most time */
export async function profile(
  world: World,
  server: Pick<Remote<ReturnType<typeof commonCalls>>, 'call'>,
  key: string,
): Promise<() => Promise<void>> {
  const { profiles } = world
  if (!profiles) return async () => {}
  await server.call('startProfile', null)
  return async () => {
    const file = join(profiles, `${key}.cpuprofile`)
    for (const line of await server.call('stopProfile', file)) world.print(line)
    world.print(file)
  }
}
