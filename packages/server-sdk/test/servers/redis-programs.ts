import { findProgram } from './find-program.ts'
import type { ServerPrograms } from './own-server.ts'

/**
 * Redis; undefined where it is not installed. It keeps nothing over a restart.
 * @param settings more arguments, as in `['--replicaof', '127.0.0.1 6379']`
 */
export function findRedisPrograms(settings: readonly string[] = []): ServerPrograms | undefined {
  const server = findProgram('redis-server')
  if (server === undefined) return undefined
  return {
    user: 'redis',
    init: () => ['true'],
    serve: (folder, port) => [
      ...[server, '--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder],
      ...['--save', '', '--appendonly', 'no', '--repl-diskless-sync-delay', '0', ...settings],
      // Its bus would have a port of 10,000 more, and there may be none.
      ...(settings.includes('--cluster-enabled') ? ['--cluster-port', `${clusterPort(port)}`] : []),
    ],
    endSignal: 'KILL',
    readyLine: 'Ready to accept connections',
    tooSoonLine: 'is already used by a different Redis Cluster node',
    portTakenLine: 'Address already in use',
  }
}

/** Of the bus between nodes of a cluster. */
export function clusterPort(port: number): number {
  return port - 10_000
}
