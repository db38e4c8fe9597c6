import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'

/** Which both sides are measured with: Linux's own default. BBR paces what is sent by a timer for each connection. */
const wanted = 'cubic'

const setting = '/proc/sys/net/ipv4/tcp_congestion_control'

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
  const script = `ip link set lo up && echo ${wanted} > ${setting} && exec "$@"`
  const command = ['--net', 'sh', '-c', script, 'sh', process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  const child = spawn('unshare', command, { stdio: 'inherit', env: { ...process.env, [machineHas]: has } })
  process.on('SIGINT', () => {}) // Ctrl-C reaches the whole group
  const [code] = await once(child, 'exit')
  return (code as number | null) ?? 1
}

/** In words. */
export function describeNetwork(): string {
  const has = process.env[machineHas]
  const here = `TCP congestion control: ${congestionControl() ?? 'unknown'}`
  return has === undefined ? here : `${here}, in a network namespace of the benchmark’s own (the machine has ${has})`
}

function canHaveOwn(): boolean {
  return spawnSync('unshare', ['--net', 'ip', 'link', 'set', 'lo', 'up'], { stdio: 'ignore' }).status === 0
}

function congestionControl(): string | undefined {
  try {
    return readFileSync(setting, 'utf8').trim()
  } catch {
    return undefined
  }
}
