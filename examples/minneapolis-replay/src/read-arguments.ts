import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

export const usage = `npm run replay -- [options]

  --server URL    cast to a running server, as in http://localhost:3000/live-poll
  --key lpa_...   its admin key
  --database URL  the server of our own uses this database, as in postgres://user:password@host/name or mysql://...
  --ballots FILE  other ballots, gzipped CSV
  --limit N       the first N ballots only
  --in-flight N   votes that wait for their answer at once (default 1000)`

export interface ServerAddress {
  /** The API's base URL. */
  readonly url: string
  /** Its admin key. */
  readonly key: string
}

export interface Arguments {
  /** None: a server of our own. */
  readonly server: ServerAddress | undefined
  /** Where the server of our own keeps its polls; none: in a fresh folder. */
  readonly database: string | undefined
  /** Absolute path of a gzipped CSV file; none: the ballots of the election. */
  readonly ballots: string | undefined
  /** Ballots to read; none: all. */
  readonly limit: number | undefined
  readonly inFlight: number
}

/** @throws Error that says what is wrong with an argument */
export function readArguments(args: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      server: { type: 'string' },
      key: { type: 'string' },
      database: { type: 'string' },
      ballots: { type: 'string' },
      limit: { type: 'string' },
      'in-flight': { type: 'string', default: '1000' },
    },
  })
  const { server, key, database } = values
  if ((server === undefined) !== (key === undefined)) throw new Error('--server and --key go together.')
  if (server !== undefined && !/^https?:\/\//.test(server)) throw new Error(`--server ${server} is no web address.`)
  if (server !== undefined && database !== undefined)
    throw new Error('A running server has its database: leave out --database.')
  if (database !== undefined && !/^(postgres(ql)?|mysql):/.test(database)) {
    throw new Error(`--database ${database} is no URL of Postgres or MySQL.`)
  }
  return {
    database,
    server: server !== undefined && key !== undefined ? { url: server, key } : undefined,
    // npm runs this in its own folder; a path is meant from where the user stands.
    ballots: values.ballots && resolve(process.env.INIT_CWD ?? '.', values.ballots),
    limit: values.limit === undefined ? undefined : readCount('--limit', values.limit),
    inFlight: readCount('--in-flight', values['in-flight']),
  }
}

function readCount(name: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new Error(`${name} ${text} is no count.`)
}
