#!/usr/bin/env node
import { migrate } from './migrate.ts'
import { UsageError } from './usage-error.ts'

const usage = `Usage: live-poll <command>

  migrate              makes the tables in LIVE_POLL_DATABASE, or brings them up to this version
    --prefix <text>    begins the names of the tables, as in the adapter's options
    --schema <name>    holds the tables (Postgres)
    --print-sql        prints the steps and connects to nothing: for a host's own migrations
    --after <step>     prints only the steps after this one
`

const commands: Readonly<Record<string, (args: readonly string[], env: NodeJS.ProcessEnv) => Promise<string>>> = {
  migrate,
}

const [name = '', ...args] = process.argv.slice(2)
if (name === '--help' || name === 'help') {
  process.stdout.write(usage)
} else {
  await run()
}

async function run() {
  const command = commands[name]
  try {
    if (!command) throw new UsageError(name === '' ? 'name a command.' : `"${name}" is no command.`)
    process.stdout.write(`${await command(args, process.env)}\n`)
  } catch (error) {
    const isUsage = error instanceof UsageError
    process.stderr.write(`live-poll: ${error instanceof Error ? error.message : error}\n${isUsage ? `\n${usage}` : ''}`)
    process.exitCode = isUsage ? 2 : 1
  }
}
