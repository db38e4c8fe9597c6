import type { CommandEnd } from './open-for-command.ts'

export interface Command {
  /** Behind `live-poll`. */
  readonly usage: string
  /** In one line, for the list of commands. */
  readonly summary: string
  /** Its options, and what there is to know. */
  readonly details: string
  run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<CommandEnd>
}

const onDatabase = `
  --prefix <text>         begins the names of the tables, as in the adapter's options
  --schema <name>         holds the tables (Postgres)

Works on LIVE_POLL_DATABASE, or without it on the embedded database in the folder LIVE_POLL_DATA (.live-poll), while no
server has it.`

const inReach = `
  --url <address>         of a server that runs, as in http://localhost:3000. Default: LIVE_POLL_URL
  --prefix <text>         begins the names of the tables, as in the adapter's options
  --schema <name>         holds the tables (Postgres)

Works through the server at --url, with its LIVE_POLL_ADMIN_KEY; without an address on LIVE_POLL_DATABASE, with its
LIVE_POLL_SECRET, or on the embedded database in the folder LIVE_POLL_DATA (.live-poll), through "live-poll dev" while that
has it. On a database, hooks are not asked and sinks hear nothing: a server that runs does both.`

/** Each is loaded when it is asked for. */
export const commands: Readonly<Record<string, Command>> = {
  dev: {
    usage: 'dev',
    summary: 'serves polls to try things out: API, script, and a page for each',
    details: `Needs nothing: polls and keys are kept in the folder LIVE_POLL_DATA (.live-poll). Reads PORT (3000), LIVE_POLL_HOST,
LIVE_POLL_DATABASE and the other variables of the README. Ends with SIGINT (Ctrl-C) or SIGTERM.`,
    run: async (args, env) => (await import('./dev.ts')).dev(args, env),
  },
  serve: {
    usage: 'serve',
    summary: 'serves polls on LIVE_POLL_DATABASE, for production',
    details: `  --drain-delay <ms>      until connections are refused after SIGTERM (3000)
  --drain-spread <ms>     over which those there are leave (15000)

Reads PORT (3000), LIVE_POLL_HOST, LIVE_POLL_DATABASE, LIVE_POLL_SECRET, LIVE_POLL_REDIS and the other variables of the README. Serves
with uWebSockets.js if it is installed in this folder and can be loaded, else with ws. SIGTERM sends voters to other nodes
and ends when the last has left; SIGINT ends at once. In both cases what was acknowledged is counted.`,
    run: async (args, env) => (await import('./serve.ts')).serve(args, env),
  },
  migrate: {
    usage: 'migrate',
    summary: 'makes the tables in LIVE_POLL_DATABASE, or brings them up to this version',
    details: `  --prefix <text>         begins the names of the tables, as in the adapter's options
  --schema <name>         holds the tables (Postgres)
  --print-sql             prints the steps and connects to nothing: for a host's own migrations
  --after <step>          prints only the steps after this one`,
    run: async (args, env) => ({ output: await (await import('./migrate.ts')).migrate(args, env) }),
  },
  create: {
    usage: 'create <question> <choice> <choice> ...',
    summary: 'makes a poll, and prints its id and where it is',
    details: `  --opens-at <time>       as in 2036-12-01T12:00:00Z. Default: now
  --closes-at <time>      Default: when it is closed
  --min <n>, --max <n>    choices a ballot (1 and 1)
  --show-results <when>   always (the default), after-vote, after-close or organizers
  --min-voters <n>        results are hidden until so many have voted
  --voters <rules>        anyone (the default), account, invitation or account,invitation
  --private               only those it is for may see it
  --no-change             a vote is final
  --boxes <n>             for a poll with very many votes a second (1)${inReach}`,
    run: async (args, env) => (await import('./create.ts')).create(args, env),
  },
  open: {
    usage: 'open <poll>',
    summary: 'opens a scheduled poll now',
    details: inReach.trimStart(),
    run: async (args, env) => (await import('./turn.ts')).openPoll(args, env),
  },
  close: {
    usage: 'close <poll>',
    summary: 'closes a poll for good, and prints the final result',
    details: inReach.trimStart(),
    run: async (args, env) => (await import('./turn.ts')).closePoll(args, env),
  },
  results: {
    usage: 'results <poll>',
    summary: 'prints results, or with --watch shows them as they change',
    details: `  --watch                 until the poll closes, or Ctrl-C. In a terminal in place, elsewhere a line each time${inReach}`,
    run: async (args, env) => (await import('./results.ts')).results(args, env),
  },
  export: {
    usage: 'export <poll>',
    summary: "writes out a poll's votes",
    details: `  --format <name>         csv or ndjson
  --out <file>            in place of standard output${onDatabase}

Each line: voter's key (a pseudonym), choices, revision, vote id, time (UTC), and whether the vote is voided: its choices
are what they were, and do not count.`,
    run: async (args, env) => (await import('./export.ts')).exportPoll(args, env),
  },
  recount: {
    usage: 'recount <poll>',
    summary: "counts a poll's votes again, and repairs tallies that differ",
    details: `${onDatabase.trimStart()}

Its boxes are locked meanwhile. Ends with 1 if tallies differed, and says which.`,
    run: async (args, env) => (await import('./recount.ts')).recount(args, env),
  },
  replay: {
    usage: 'replay <sink>',
    summary: 'has dead letters of a sink delivered again',
    details: `  --list                  in place of a sink: which have dead letters, how many, and why${onDatabase}

Servers that have the sink deliver them.`,
    run: async (args, env) => (await import('./replay.ts')).replay(args, env),
  },
  invite: {
    usage: 'invite <poll>',
    summary: 'makes invitations and writes them out; only their hashes are kept',
    details: `  --count <number>        how many
  --page <address>        where the poll is shown: links bring voters there with their code
  --format <name>         csv (code and link), or html: cards with QR codes, to print
  --out <file>            a new file, readable by you alone, in place of standard output${onDatabase}`,
    run: async (args, env) => (await import('./invite.ts')).invite(args, env),
  },
  erase: {
    usage: 'erase <user>',
    summary: "forgets a user of the host's, by id, in all polls",
    details: `${onDatabase.trimStart()}

Needs the server's LIVE_POLL_SECRET, unless the embedded database's folder has it.`,
    run: async (args, env) => (await import('./erase.ts')).erase(args, env),
  },
  account: {
    usage: 'account <e-mail>',
    summary: 'says what an account may do, from its next request on',
    details: `  --role <name>           organizer or voter${onDatabase}`,
    run: async (args, env) => (await import('./account.ts')).account(args, env),
  },
}
