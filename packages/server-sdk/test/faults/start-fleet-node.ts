import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import type { DrainOptions } from '../../src/create-live-poll.ts'
import type { Failpoint } from '../../src/ports/failpoints.ts'
import { bundleNode } from './bundle-node.ts'
import type { ArmedFailpoint, FleetNodeOrder, FleetNodeReady, FleetNodeStart } from './fleet-node.ts'

/** A process of a fleet. */
export interface FleetNodeProcess {
  readonly port: number
  /** Takes the place of what was armed before; null disarms. */
  arm(failpoint: ArmedFailpoint | null): void
  /** It ends by itself when it has drained. */
  drain(times: DrainOptions): void
  /** Resolves when an armed failpoint is reached. */
  reached(): Promise<Failpoint>
  signal(signal: 'SIGKILL' | 'SIGCONT'): void
  /** Resolves when it stands still: what it wrote before it stopped itself is read sooner. */
  stopped(): Promise<void>
  /** Resolves when it has ended, to how. */
  readonly exited: Promise<string>
}

/** @throws Error when it ends before it is ready */
export async function startFleetNode(start: FleetNodeStart): Promise<FleetNodeProcess> {
  const file = await bundleNode('fleet-node')
  const child = fork(file, [JSON.stringify(start)], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  const exited = once(child, 'exit').then(([code, signal]) => String(code ?? signal))
  const lines = createInterface({ input: child.stdout as Readable })
  const ready = once(child, 'message').then(([message]) => message as FleetNodeReady)
  const first = await Promise.race([ready, exited])
  if (typeof first === 'string') throw new Error(`The node did not start: ${first}`)
  // One that is gone has another one after it, which is asked next.
  const tell = (order: FleetNodeOrder) => child.connected && child.send(order, () => {})
  return {
    port: first.port,
    arm: (failpoint) => void tell({ arm: failpoint }),
    drain: (times) => void tell({ drain: times }),
    reached: () => once(lines, 'line').then(([line]) => line as Failpoint),
    async stopped() {
      while (!isStopped(child.pid as number)) await turn()
    },
    signal: (signal) => void child.kill(signal),
    exited,
  }
}

/** The state comes after the name, which may hold anything but ends with the last parenthesis. */
function isStopped(pid: number): boolean {
  return /.*\) T/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
}
