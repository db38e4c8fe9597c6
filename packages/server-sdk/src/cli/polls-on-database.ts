import { fromEnv } from '../env/from-env.ts'
import { createLivePoll } from '../index.ts'
import type { Database } from '../ports/database.ts'
import { toStderr } from './open-for-command.ts'
import type { PollsInReach } from './polls-in-reach.ts'

/** Polls in a database, for as long as the work lasts. With `LIVE_POLL_REDIS` other nodes hear of it at once. */
export async function onDatabase<T>(
  env: NodeJS.ProcessEnv,
  database: Database,
  work: (polls: PollsInReach) => Promise<T>,
): Promise<T> {
  const livePoll = createLivePoll({ ...fromEnv(env), database, logger: toStderr })
  const { api } = livePoll
  const polls: PollsInReach = {
    create: api.createPoll,
    open: api.openPoll,
    close: api.closePoll,
    get: api.getPoll,
    async *watch(id, signal) {
      for await (const _ of api.watch(id, { signal })) yield await api.getPoll(id)
    },
    link: async () => undefined,
  }
  return work(polls).finally(() => livePoll.close())
}
