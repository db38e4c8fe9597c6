import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { needProgram } from './need-program.ts'
import { type OwnServer, type ServerPrograms, startOwnServer } from './own-server.ts'

const program = needProgram('nginx', 'nginx-light')

/** As `describe`. Without nginx it is skipped, or under CI=true fails. */
export const describeOnNginx = program.describe

/**
 * Starts nginx with files of its own folder only.
 * @param conf what stands inside `http`, for a port
 * @throws where nginx is not installed
 */
export async function startNginx(conf: (port: number) => string): Promise<OwnServer> {
  return startOwnServer(programs(program.path(), conf))
}

function programs(path: string, conf: (port: number) => string): ServerPrograms {
  return {
    user: 'www-data',
    init: () => ['true'],
    serve(folder, port) {
      writeFileSync(join(folder, 'nginx.conf'), mainFile(folder))
      writeFileSync(join(folder, 'http.conf'), conf(port))
      return [path, '-p', folder, '-e', 'stderr', '-c', join(folder, 'nginx.conf')]
    },
    endSignal: 'TERM', // workers outlive a master that is killed
    readyLine: 'start worker process ',
    tooSoonLine: 'never said',
    portTakenLine: 'Address already in use',
  }
}

function mainFile(folder: string): string {
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `
    daemon off;
    worker_processes 1;
    pid ${folder}/nginx.pid;
    error_log stderr notice;
    events { worker_connections 4096; }
    http {
      access_log off;
      ${kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join('\n')}
      include ${folder}/http.conf;
    }
  `
}
