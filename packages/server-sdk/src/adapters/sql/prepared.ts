import { CompiledQuery, type Kysely, type RawBuilder } from 'kysely'
import type { Tables } from './tables.ts'

interface Text {
  readonly sql: string
  /** The value that each of its parameters is, by name. */
  readonly parameters: readonly string[]
}

class Mark {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

export interface Prepared<Values extends object, Row> {
  /** Runs it. @returns its rows */
  (db: Kysely<Tables>, values: Values): Promise<readonly Row[]>
  /** It, to be run by something else. */
  query(db: Kysely<Tables>, values: Values): CompiledQuery<Row>
}

/**
 * A statement whose text is made once for each naming of the tables: to have Kysely make it anew takes longer than the
 * database takes for a small batch.
 *
 * @param build puts the values nowhere but into `${}`, each by its name; called with marks in their place
 * @returns runs it, and answers its rows
 * @example
 * const find = prepared(({ ids }: { ids: string }) => sql<Row>`select ... where id = any(${ids}::text[])`)
 * const rows = await find(trx, { ids })
 */
export function prepared<Values extends object, Row>(
  build: (values: Values) => RawBuilder<Row>,
): Prepared<Values, Row> {
  const texts = new WeakMap<object, Text>()

  function textFor(db: Kysely<Tables>): Text {
    const { plugins, adapter } = db.getExecutor()
    const naming = plugins.at(-1) ?? adapter
    const known = texts.get(naming)
    if (known) return known
    const marks = new Proxy({}, { get: (_, name) => new Mark(String(name)) })
    const { sql, parameters } = build(marks as Values).compile(db)
    const text = sendEachOnce({ sql, parameters: parameters.map(nameOf) })
    texts.set(naming, text)
    return text
  }

  function query(db: Kysely<Tables>, values: Values): CompiledQuery<Row> {
    const { sql, parameters } = textFor(db)
    return CompiledQuery.raw(
      sql,
      parameters.map((name) => values[name as keyof Values]),
    ) as CompiledQuery<Row>
  }

  const run = async (db: Kysely<Tables>, values: Values) => (await db.executeQuery(query(db, values))).rows
  return Object.assign(run, { query })
}

/** Where parameters have numbers, as on Postgres, a value that is used twice is one of them. */
function sendEachOnce({ sql, parameters }: Text): Text {
  const numbered = /\$(\d+)/g
  if (!numbered.test(sql)) return { sql, parameters }
  const names = [...new Set(parameters)]
  const numberOf = (_: string, number: string) => `$${names.indexOf(parameters[Number(number) - 1] ?? '') + 1}`
  return { sql: sql.replace(numbered, numberOf), parameters: names }
}

function nameOf(value: unknown): string {
  if (value instanceof Mark) return value.name
  throw new Error('A prepared statement takes all of its values from what it is called with.')
}
