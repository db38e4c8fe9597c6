import { type CompiledQuery, type Kysely, sql } from 'kysely'
import { pollsAndVotes } from './migrations/0001-polls-and-votes.ts'
import { wholeLife } from './migrations/0002-whole-life.ts'
import { whoVotes } from './migrations/0003-who-votes.ts'
import { accounts } from './migrations/0004-accounts.ts'
import { images } from './migrations/0005-images.ts'
import { outbox } from './migrations/0006-outbox.ts'
import { firstVotes } from './migrations/0007-first-votes.ts'
import type { SqlMigration } from './migrations.ts'
import type { SqlDialect } from './sql-dialect.ts'
import { type Tables, table } from './tables.ts'

const migrations: readonly SqlMigration[] = [pollsAndVotes, wholeLife, whoVotes, accounts, images, outbox, firstVotes]

/** How the schema of a database stands to the one this version needs. */
export interface SchemaState {
  /** Names of steps not taken yet: the schema is missing or older. */
  readonly pending: readonly string[]
  /** Names of steps that this version does not know: a newer one has taken them. */
  readonly unknown: readonly string[]
  readonly isMissing: boolean
}

export async function readSchemaState(db: Kysely<Tables>, dialect: SqlDialect): Promise<SchemaState> {
  const taken = await readTaken(db, dialect)
  return {
    pending: migrations.map(({ name }) => name).filter((name) => !taken?.has(name)),
    unknown: [...(taken ?? [])].filter((taken) => !migrations.some(({ name }) => name === taken)),
    isMissing: taken === undefined,
  }
}

/**
 * Brings the schema up to this version. Safe to repeat, and from several processes at once.
 *
 * @param schema made if it is missing; undefined: the one that the connection looks in first
 * @returns the names of the steps it has taken
 */
export function migrate(db: Kysely<Tables>, dialect: SqlDialect, schema?: string): Promise<readonly string[]> {
  return dialect.migrateAlone(db, async (alone) => {
    // Even `if not exists` asks for a right that the user may lack.
    const lacksSchema = schema !== undefined && !(await hasSchema(alone, schema))
    for (const statement of preparing(alone, dialect, lacksSchema ? schema : undefined)) {
      await alone.executeQuery(statement)
    }
    const taken = await readTaken(alone, dialect)
    const pending = migrations.filter(({ name }) => !taken?.has(name))
    for (const migration of pending) {
      for (const statement of migration.statements(alone, dialect.types, dialect)) {
        await alone.executeQuery(statement).catch((error) => {
          if (dialect.judgeSchemaError(error) !== 'present') throw error
        })
      }
      await alone.executeQuery(remembering(alone, migration, sql.lit(new Date().toISOString())))
    }
    return pending.map(({ name }) => name)
  })
}

/**
 * The schema as SQL.
 * @param db compiles; it need not be connected
 * @param part `after`: a step, that the database has taken, with all before it
 * @throws Error when there is no such step
 */
export function printMigrations(
  db: Kysely<Tables>,
  dialect: SqlDialect,
  { schema, after }: { readonly schema?: string | undefined; readonly after?: string | undefined },
): string {
  const names = migrations.map(({ name }) => name)
  if (after !== undefined && !names.includes(after)) {
    throw new Error(`there is no step "${after}". There are: ${names.join(', ')}`)
  }
  const statements = [
    ...(after === undefined ? preparing(db, dialect, schema) : []),
    ...migrations
      .slice(after === undefined ? 0 : names.indexOf(after) + 1)
      .flatMap((migration) => [
        ...migration.statements(db, dialect.types, dialect),
        remembering(db, migration, sql.lit('printed')),
      ]),
  ]
  return statements.map((statement) => `${statement.sql};`).join('\n')
}

/** The library's own table of steps taken; the host's migrations have theirs. */
function preparing(db: Kysely<Tables>, { types }: SqlDialect, schema: string | undefined): readonly CompiledQuery[] {
  return [
    ...(schema === undefined ? [] : [db.schema.createSchema(schema).ifNotExists().compile()]),
    db.schema
      .createTable('live_poll_migrations')
      .ifNotExists()
      .addColumn('name', types.id, (column) => column.primaryKey())
      .addColumn('timestamp', types.id, (column) => column.notNull())
      .compile(),
  ]
}

function remembering(db: Kysely<Tables>, { name }: SqlMigration, when: unknown): CompiledQuery {
  return sql`insert into ${table('live_poll_migrations')} values (${sql.lit(name)}, ${when})`.compile(db)
}

async function hasSchema(db: Kysely<Tables>, schema: string): Promise<boolean> {
  const { rows } = await sql`select 1 from information_schema.schemata where schema_name = ${schema}`.execute(db)
  return rows.length > 0
}

async function readTaken(db: Kysely<Tables>, dialect: SqlDialect): Promise<ReadonlySet<string> | undefined> {
  try {
    const rows = await db.selectFrom('live_poll_migrations').select('name').orderBy('name').execute()
    return new Set(rows.map(({ name }) => name))
  } catch (error) {
    if (dialect.judgeSchemaError(error) === 'missing') return undefined
    throw error
  }
}
