import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type NeededProgram, needProgram } from './need-program.ts'
import { describeOnNginx, startNginx } from './nginx.ts'
import { type OwnServer, type ServerPrograms, startOwnServer } from './own-server.ts'

/** A web server that stands before the app, started from the file in docs/proxies. */
export interface TestProxy {
  /** As `describe`. Where it is not installed it is skipped, or under CI=true fails. */
  readonly describe: NeededProgram['describe']
  /**
   * @param ports of the app, and of the channel
   * @throws where it is not installed
   */
  start(ports: ProxiedPorts): Promise<{ readonly origin: string; stop(): Promise<void> }>
}

export interface ProxiedPorts {
  readonly app: string
  readonly channel: string
}

const caddy = needProgram('caddy', 'caddy')

export const testProxies = {
  nginx: {
    describe: describeOnNginx,
    start: async (ports) => toProxy(await startNginx((port) => nginxSite(port, ports))),
  },
  Caddy: {
    describe: caddy.describe,
    start: async (ports) => toProxy(await startOwnServer(caddyPrograms(caddy.path(), ports))),
  },
} as const satisfies Record<string, TestProxy>

const toProxy = ({ port, stop }: OwnServer) => ({ origin: `http://127.0.0.1:${port}`, stop })

function nginxSite(port: number, ports: ProxiedPorts): string {
  return shipped('nginx.conf', ports, [
    ['listen 443 ssl http2;', `listen 127.0.0.1:${port};`],
    ['server_name polls.example.org;', 'server_name 127.0.0.1;'],
    [/^ *ssl_certificate.*$/gm, ''],
  ])
}

function caddyPrograms(path: string, ports: ProxiedPorts): ServerPrograms {
  const site = (port: number) =>
    shipped('Caddyfile', ports, [[/^polls\.example\.org \{$/m, `http://127.0.0.1:${port} {`]])
  const around = (port: number) => `{\n\tadmin off\n\tauto_https off\n}\n${site(port)}`
  return {
    user: 'www-data',
    init: () => ['true'],
    serve: (folder, port) =>
      writeAndRun(around(port), [
        ...['env', `HOME=${folder}`, `XDG_CONFIG_HOME=${folder}`, `XDG_DATA_HOME=${folder}`],
        ...[path, 'run', '--config', join(folder, 'config'), '--adapter', 'caddyfile'],
      ]),
    endSignal: 'KILL',
    readyLine: 'serving initial configuration',
    tooSoonLine: 'never said',
    portTakenLine: 'address already in use',
  }
}

/** The file of the documentation, with the test's ports and names. @throws where what is replaced is not there */
function shipped(name: string, ports: ProxiedPorts, changes: readonly (readonly [string | RegExp, string])[]): string {
  const file = join(import.meta.dirname, '../../../../docs/proxies', name)
  const all = [
    ...changes,
    ['127.0.0.1:3000', `127.0.0.1:${ports.app}`],
    ['127.0.0.1:3001', `127.0.0.1:${ports.channel}`],
  ]
  return all.reduce(
    (text, [from, to]) => {
      const changed = text.replace(from as string, to as string)
      if (changed === text) throw new Error(`${name} has no ${from}.`)
      return changed
    },
    readFileSync(file, 'utf8'),
  )
}

/** In the server's folder, which is where it starts. */
function writeAndRun(config: string, command: readonly string[]): readonly string[] {
  return ['sh', '-c', 'printf %s "$1" > config && shift && exec "$@"', 'sh', config, ...command]
}
