import { connectDatabase, printSchema } from '../env/connect-database.ts'
import { readVariable } from '../env/read-env.ts'
import { flag, parseCommand, tableNames, text } from './parse-command.ts'
import { UsageError } from './usage-error.ts'

/**
 * `live-poll migrate`: brings the database of `LIVE_POLL_DATABASE` up to this version, or prints what would do so.
 * @returns what to print
 * @throws UsageError
 */
export async function migrate(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const { values, positionals } = parseCommand(args, { 'print-sql': flag, after: text, ...tableNames })
  if (positionals.length > 0) throw new UsageError('migrate takes options only.')
  const { 'print-sql': isPrinted, after, ...names } = values
  const url = readVariable(env, 'LIVE_POLL_DATABASE') ?? ''
  if (isPrinted) return printSchema(url, names, after)
  if (after !== undefined) throw new UsageError('--after goes with --print-sql.')
  const steps = await connectDatabase(url, names).migrate()
  return steps.length > 0 ? `Done: ${steps.join(', ')}.` : 'Nothing to do: the schema is that of this version.'
}
