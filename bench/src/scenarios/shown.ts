import type { ProtocolName } from '../load/vote-protocols.ts'
import type { Remote } from '../process/start-process.ts'
import type { VoteServer } from '../servers/common.ts'
import type { World } from './world.ts'

/** Who look on, where votes are shown while they are cast. */
export const shownTo = 200

/** Does something while so many look on. */
export async function whileShown<T>(
  { load }: World,
  server: Remote<VoteServer>,
  protocol: ProtocolName,
  poll: string,
  viewers: number,
  act: () => Promise<T>,
): Promise<T> {
  await load.call('gather', { protocol, port: await server.call('port', null), poll, count: viewers })
  try {
    return await act()
  } finally {
    await load.call('leave', null)
  }
}
