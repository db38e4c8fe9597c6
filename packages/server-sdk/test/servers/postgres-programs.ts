import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { ServerPrograms } from './own-server.ts'

/**
 * Postgres, the newest where there are several; undefined where it is not installed. Nothing is flushed to the disk: what
 * a killed server has committed is still there, only a power cut would lose it.
 */
export function findPostgresPrograms(): ServerPrograms | undefined {
  const binaries = findBinaries()
  if (binaries === undefined) return undefined
  const initdb = [
    join(binaries, 'initdb'),
    '-U',
    'postgres',
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
  ]
  return {
    user: 'postgres',
    init: (folder) => [...initdb, '-D', `${folder}/data`],
    serve: (folder, port) => [
      ...[join(binaries, 'postgres'), '-D', `${folder}/data`, '-p', `${port}`, '-k', folder, '-h', '127.0.0.1'],
      ...['-c', 'fsync=off', '-c', 'shared_buffers=64MB'],
    ],
    endSignal: 'QUIT',
    readyLine: 'database system is ready to accept connections',
    tooSoonLine: 'still in use',
    portTakenLine: 'could not bind',
  }
}

/** A superuser's connection URL of one of its databases. */
export function postgresUrl(port: number, database: string): string {
  return `postgres://postgres@127.0.0.1:${port}/${database}`
}

function findBinaries(): string | undefined {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== ''),
  ]
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')))
}
