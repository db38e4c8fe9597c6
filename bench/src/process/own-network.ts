import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'

/** Which both sides are measured with: Linux's own default. BBR paces what is sent by a timer for each connection. */
const wanted = 'cubic'

/** In the environment of who runs in a network of its own: what the machine has. */
const machineHas = 'LIVE_POLL_BENCH_MACHINE_CONGESTION_CONTROL'

/**
 * Runs this program again in a network of its own where the machine controls congestion in another way: so nothing of the
 * machine is changed. It takes root; without it, things stay as they are.
 *
 * @returns its exit code; undefined: this program is to go on
 */
export async function runInOwnNetwork(): Promise<number | undefined> {
  const has = congestionControl()
  if (process.env[machineHas] !== undefined || has === undefined || has === wanted || !canHaveOwn()) return undefined
  const command = inOwnNetwork([process.execPath, ...process.execArgv, ...process.argv.slice(1)])
  const child = spawn('unshare', command, { stdio: 'inherit', env: { ...process.env, [machineHas]: has } })
  process.on('SIGINT', () => {}) // Ctrl-C reaches the whole group
  const [code] = await once(child, 'exit')
  return (code as number | null) ?? 1
}

/** In words. */
export function describeNetwork(): string {
  const has = process.env[machineHas]
  if (has === undefined) return `TCP congestion control: ${congestionControl() ?? 'unknown'}`
  return `TCP congestion control: ${wanted}, in a network namespace of the benchmark’s own (the machine has ${has})`
}

function canHaveOwn(): boolean {
  return spawnSync('unshare', inOwnNetwork(['true']), { stdio: 'ignore' }).status === 0
}

/**
 * Arguments of `unshare`. A route says how congestion is controlled, not the setting: in a namespace that takes only what
 * the machine allows to those who are not root.
 */
function inOwnNetwork(command: readonly string[]): string[] {
  const script = ['ip link set lo up', ...['127.0.0.0/8', '127.0.0.1'].map(route), 'exec "$@"'].join(' && ')
  return ['--net', 'sh', '-c', script, 'sh', ...command]
}

function route(to: string): string {
  return `ip route replace local ${to} dev lo table local proto kernel scope host src 127.0.0.1 congctl ${wanted}`
}

function congestionControl(): string | undefined {
  try {
    return readFileSync('/proc/sys/net/ipv4/tcp_congestion_control', 'utf8').trim()
  } catch {
    return undefined
  }
}
