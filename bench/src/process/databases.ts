import { Redis } from 'ioredis'
import { Client } from 'pg'
import { type ServerPrograms, startOwnServer } from '../../../packages/server-sdk/test/servers/own-server.ts'
import { findPostgresPrograms, postgresUrl } from '../../../packages/server-sdk/test/servers/postgres-programs.ts'
import { findRedisPrograms } from '../../../packages/server-sdk/test/servers/redis-programs.ts'
import { parentOf } from '../measure/cpu.ts'
import { onCore, otherCore } from './machine.ts'

/** What differs from Postgres as it is installed. Commits are flushed to the disk, as is its default. */
const postgresSettings = {
  max_connections: '100', // its default, named here since the pools of ten depend on it
  shared_buffers: '1GB',
  min_wal_size: '2GB',
  max_wal_size: '4GB',
} as const
const durability = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' } as const

/** Files of 16 MB, as many as are kept by `min_wal_size`: a database that has run for a while writes no new ones. */
const walFiles = 128

/** Postgres and Redis of the benchmark's own. */
export interface Databases {
  readonly postgres: { readonly pid: number; readonly port: number }
  readonly redis: { readonly pid: number; readonly url: string }
  /** What was changed, in words. */
  readonly settings: readonly string[]
  /** An empty database, on a Postgres with nothing left to write. @returns its URL, and what removes it */
  createDatabase(): Promise<{ readonly url: string; drop(): Promise<void> }>
  stop(): Promise<void>
}

/** @throws Error where one is not installed */
export async function startDatabases(): Promise<Databases> {
  const [postgresPrograms, redisPrograms] = [findPostgresPrograms(), findRedisPrograms()]
  if (!postgresPrograms || !redisPrograms) {
    throw new Error('The benchmark needs Postgres and Redis: apt-get install postgresql redis-server')
  }
  const settings = Object.entries({ ...postgresSettings, ...durability })
  const flags = settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const postgres = await startOwnServer(pinned(postgresPrograms, flags))
  const redis = await startOwnServer(pinned(redisPrograms, []))
  const admin = new Client({ connectionString: postgresUrl(postgres.port, 'postgres') })
  await admin.connect()
  const client = new Redis(redis.port, '127.0.0.1')
  const { rows } = await admin.query<{ pid: number; version: string }>(
    `select pg_backend_pid() as pid, current_setting('server_version') as version`,
  )
  const told = await client.info('server')
  const redisFact = (name: string) => new RegExp(`${name}:(\\S+)`).exec(told)?.[1] ?? ''
  await makeWalFiles(admin)
  let databases = 0

  return {
    postgres: { pid: parentOf(rows[0]?.pid ?? 0), port: postgres.port },
    redis: { pid: Number(redisFact('process_id')), url: `redis://127.0.0.1:${redis.port}` },
    settings: [
      `Postgres ${rows[0]?.version}, ${settings.map((setting) => setting.join(' = ')).join(', ')}; the rest as installed`,
      `Redis ${redisFact('redis_version')}, without snapshots and append-only file`,
    ],
    async createDatabase() {
      const name = `bench_${++databases}`
      await admin.query(`create database ${name}`)
      await admin.query('checkpoint')
      await client.flushall()
      return {
        url: postgresUrl(postgres.port, name),
        drop: async () => void (await admin.query(`drop database ${name} with (force)`)),
      }
    },
    async stop() {
      client.disconnect()
      await admin.end()
      await Promise.all([postgres.stop(), redis.stop()])
    },
  }
}

/** Filled one by one, and then kept to be written over: each takes as long to make as some hundred commits. */
async function makeWalFiles(admin: Client) {
  for (let file = 0; file < walFiles; file++) {
    await admin.query(`select pg_logical_emit_message(false, 'bench', '')`) // of an empty one nothing is left
    await admin.query('select pg_switch_wal()')
  }
  await admin.query('checkpoint')
}

function pinned(programs: ServerPrograms, flags: readonly string[]): ServerPrograms {
  return { ...programs, serve: (folder, port) => onCore(otherCore, [...programs.serve(folder, port), ...flags]) }
}
