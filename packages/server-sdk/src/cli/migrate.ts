import { parseArgs } from 'node:util'
import { connectDatabase, printSchema } from '../env/connect-database.ts'
import { UsageError } from './usage-error.ts'

/**
 * `live-poll migrate`: brings the database of `LIVE_POLL_DATABASE` up to this version, or prints what would do so.
 * @returns what to print
 * @throws UsageError
 */
export async function migrate(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const { 'print-sql': isPrinted, after, ...names } = readOptions(args)
  const url = env.LIVE_POLL_DATABASE ?? ''
  if (isPrinted) return printSchema(url, names, after)
  if (after !== undefined) throw new UsageError('--after goes with --print-sql.')
  const steps = await connectDatabase(url, names).migrate()
  return steps.length > 0 ? `Done: ${steps.join(', ')}.` : 'Nothing to do: the schema is that of this version.'
}

function readOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        'print-sql': { type: 'boolean', default: false },
        after: { type: 'string' },
        prefix: { type: 'string' },
        schema: { type: 'string' },
      },
    }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}
