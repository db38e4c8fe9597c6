import { createEraseVoter } from '../actions/erase-voter.ts'
import { deriveKeys } from '../identity/keys.ts'
import type { OpenDatabase } from '../ports/database.ts'
import { isSecret } from '../valid-values.ts'
import { type CommandEnd, readNameCommand, withDatabase } from './open-for-command.ts'
import { inThousands } from './progress.ts'
import { UsageError } from './usage-error.ts'

/**
 * `live-poll erase <user>`: forgets a user of the host's in all polls. Servers that run meanwhile show it with the next
 * vote of a poll, and remove the bytes of their pictures with the next sweep.
 * @throws UsageError
 */
export async function erase(args: readonly string[], env: NodeJS.ProcessEnv): Promise<CommandEnd> {
  const { name: user, values: names } = readNameCommand(args, [], 'name one user, by the id that the host gives them.')
  return withDatabase(env, names, async (database) => {
    const { records } = (await database.polls.list({ limit: 1 })) ?? { records: [] }
    if (records.length === 0) return { output: 'There are no polls.' } // and no key: it would become this secret's
    const keys = deriveKeys(await readSecret(env, database))
    if (!(await database.claimKey(keys.id))) {
      throw new Error('LIVE_POLL_SECRET is not the secret that this database was made with: it finds nobody.')
    }
    const eraseVoter = createEraseVoter({
      erasures: database.erasures,
      images: database.images,
      async removeImages(ids) {
        for (const id of ids) await database.images.claim(id) // nobody finds it any more; a server's sweep removes its bytes
      },
      keys,
      tokens: { readVoterToken: () => undefined },
      facts: { drop() {} },
      board: { markDirty() {} },
    })
    const { polls } = await eraseVoter({ user })
    return { output: `Forgotten: something of them was in ${inThousands(polls)} polls.` }
  })
}

async function readSecret(env: NodeJS.ProcessEnv, database: OpenDatabase): Promise<string> {
  const secret = env.LIVE_POLL_SECRET || (await database.ownSecret?.())
  if (secret !== undefined && isSecret(secret)) return secret
  throw new UsageError('set LIVE_POLL_SECRET to the secret of the server: without it nobody is known.')
}
