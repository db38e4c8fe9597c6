import { findProgram } from './find-program.ts'
import type { ServerPrograms } from './own-server.ts'

/**
 * MariaDB; undefined where it is not installed. Nothing is flushed to the disk: what a killed server has committed is
 * still there, only a power cut would lose it.
 */
export function findMariadbPrograms(): ServerPrograms | undefined {
  const [server, install] = [findProgram('mariadbd'), findProgram('mariadb-install-db')]
  if (!server || !install) return undefined
  const storage = ['--innodb-log-file-size=16M', '--innodb-flush-method=nosync']
  return {
    user: 'mysql',
    init: (folder) => [
      ...[install, '--no-defaults', `--datadir=${folder}/data`, '--auth-root-authentication-method=normal'],
      ...['--skip-test-db', ...storage],
    ],
    serve: (folder, port) => [
      ...[server, '--no-defaults', `--datadir=${folder}/data`, `--tmpdir=${folder}`, `--socket=${folder}/socket`],
      ...[`--pid-file=${folder}/pid`, `--port=${port}`, '--bind-address=127.0.0.1', '--skip-name-resolve'],
      ...['--skip-grant-tables', '--skip-networking=0', '--default-time-zone=+00:00', '--max-connections=500'],
      ...['--innodb-flush-log-at-trx-commit=2', '--innodb-buffer-pool-size=64M', ...storage],
    ],
    endSignal: 'KILL',
    readyLine: 'ready for connections',
    tooSoonLine: 'Unable to lock',
    portTakenLine: 'Address already in use',
  }
}

/** A superuser's connection URL of one of its databases, or of none. */
export function mariadbUrl(port: number, database = ''): string {
  return `mysql://root@127.0.0.1:${port}/${database}`
}
