import { type CommandEnd, withDatabase } from './open-for-command.ts'
import { parseCommand, tableNames, text } from './parse-command.ts'
import { UsageError } from './usage-error.ts'

/**
 * `live-poll account <email> --role organizer|voter`: makes an organizer of somebody who has signed up, or a voter again.
 * @throws UsageError
 */
export async function account(args: readonly string[], env: NodeJS.ProcessEnv): Promise<CommandEnd> {
  const { email, role, names } = readOptions(args)
  const { setAccountRole } = await import('../adapters/accounts/account-rows.ts')
  return withDatabase(env, names, async ({ sql }) => {
    const isThere = await sql.use(() => setAccountRole(sql, email, role))
    if (!isThere) throw new Error(`there is no account ${email}: sign up first.`)
    return { output: `${email}: ${role}.` }
  })
}

function readOptions(args: readonly string[]) {
  const { values, positionals } = parseCommand(args, { role: text, ...tableNames })
  const [email, ...others] = positionals
  if (email === undefined || others.length > 0) throw new UsageError('name one account, by its e-mail address.')
  const { role, ...names } = values
  if (role !== 'organizer' && role !== 'voter') throw new UsageError('say --role organizer or --role voter.')
  return { email, role, names } as const
}
