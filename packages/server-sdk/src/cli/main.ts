#!/usr/bin/env node
import { account } from './account.ts'
import { erase } from './erase.ts'
import { exportPoll } from './export.ts'
import { invite } from './invite.ts'
import { migrate } from './migrate.ts'
import type { CommandEnd } from './open-for-command.ts'
import { recount } from './recount.ts'
import { UsageError } from './usage-error.ts'

const usage = `Usage: live-poll <command>

  migrate              makes the tables in LIVE_POLL_DATABASE, or brings them up to this version
    --prefix <text>    begins the names of the tables, as in the adapter's options
    --schema <name>    holds the tables (Postgres)
    --print-sql        prints the steps and connects to nothing: for a host's own migrations
    --after <step>     prints only the steps after this one

  recount <poll>       counts a poll's votes again while its boxes are locked, and repairs tallies that differ
                       ends with 0 if none did, with 1 if some did, with 2 if it could not look

  export <poll>        writes out a poll's votes: voter's key (a pseudonym), choices, revision, vote id, time (UTC),
                       and whether the vote is voided: its choices are what they were, and do not count
    --format <name>    csv or ndjson
    --out <file>       in place of standard output

  invite <poll>        makes invitations and writes them out; only their hashes are kept
    --count <number>   how many
    --page <address>   where the poll is shown: links bring voters there with their code
    --format <name>    csv (code and link), or html: cards with QR codes, to print
    --out <file>       a new file, readable by you alone, in place of standard output

  erase <user>         forgets a user of the host's, by id, in all polls; needs the server's LIVE_POLL_SECRET

  account <e-mail>     says what the account may do, from its next request on
    --role <name>      organizer or voter

recount, export, invite, erase and account also take --prefix and --schema, and without LIVE_POLL_DATABASE they open the
embedded database in the folder LIVE_POLL_DATA (.live-poll), while no server does.
`

type Command = (args: readonly string[], env: NodeJS.ProcessEnv) => Promise<CommandEnd>

const commands: Readonly<Record<string, Command>> = {
  migrate: async (args, env) => ({ output: await migrate(args, env) }),
  recount,
  export: exportPoll,
  invite,
  erase,
  account,
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
    const { output, exitCode = 0 } = await command(args, process.env)
    if (output !== undefined) process.stdout.write(`${output}\n`)
    process.exitCode = exitCode
  } catch (error) {
    const isUsage = error instanceof UsageError
    process.stderr.write(`live-poll: ${error instanceof Error ? error.message : error}\n${isUsage ? `\n${usage}` : ''}`)
    process.exitCode = 2
  }
}
