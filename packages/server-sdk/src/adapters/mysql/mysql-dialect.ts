import { type DatabaseConnection, type Dialect, MysqlAdapter, MysqlIntrospector, MysqlQueryCompiler } from 'kysely'
import type { MysqlPool } from './mysql-pool.ts'
import { MysqlSession } from './mysql-session.ts'

/**
 * Kysely over the host's mysql2 pool. Each transaction has its isolation level (READ COMMITTED unless it asks for
 * another) and its limits stated, and leaves the session as it found it. Destroying it leaves the pool alone.
 */
export function mysqlDialect(pool: MysqlPool): Dialect {
  return {
    createAdapter: () => new MysqlAdapter(),
    createQueryCompiler: () => new MysqlQueryCompiler(),
    createIntrospector: (db) => new MysqlIntrospector(db),
    createDriver: () => ({
      init: async () => {},
      acquireConnection: () => MysqlSession.open(pool),
      beginTransaction: (session, { isolationLevel = 'read committed' }) => toSession(session).begin(isolationLevel),
      commitTransaction: (session) => toSession(session).commit(),
      rollbackTransaction: (session) => toSession(session).rollback(),
      releaseConnection: async (session) => toSession(session).release(),
      destroy: async () => {},
    }),
  }
}

/** Kysely hands back what it was given. */
function toSession(connection: DatabaseConnection): MysqlSession {
  return connection as MysqlSession
}
