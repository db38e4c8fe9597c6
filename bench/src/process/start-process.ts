import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Calls, FromProcess, Question } from './calls.ts'
import { onCore } from './machine.ts'

/** A process that answers calls. */
export interface Remote<C extends Calls> {
  readonly pid: number
  /** @throws Error as the process threw it, or when it has ended */
  call<N extends keyof C & string>(name: N, argument: Parameters<C[N]>[0]): Promise<Awaited<ReturnType<C[N]>>>
  /** SIGKILL. */
  kill(): Promise<void>
  /** Ends it. May be called twice. */
  stop(): Promise<void>
}

/**
 * Starts a Node process on a core of its own, as in production.
 *
 * @param script a built file
 * @throws Error when it ends before it is ready
 */
export async function startProcess<C extends Calls>(
  script: string,
  core: number,
  argument: unknown = {},
  nodeOptions: readonly string[] = [],
): Promise<Remote<C>> {
  const command = onCore(core, [process.execPath, ...nodeOptions, '--expose-gc', script])
  const child = spawn(command[0] as string, [...command.slice(1), JSON.stringify(argument)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  const exited = once(child, 'exit')
  const asked = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>()
  let next = 0
  let hasEnded = false
  const ready = new Promise<true>((resolve) => {
    child.on('message', (message: FromProcess) => {
      if (message.kind === 'ready') return resolve(true)
      const { resolve: done, reject } = asked.get(message.id) ?? {}
      asked.delete(message.id)
      if (message.error === undefined) done?.(message.value as never)
      else reject?.(new Error(message.error))
    })
  })
  void exited.then(([code, signal]) => {
    hasEnded = true
    for (const { reject } of asked.values()) reject(new Error(`${script} has ended: ${signal ?? code}`))
  })
  if ((await Promise.race([ready, exited])) !== true) throw new Error(`${script} ended before it was ready.`)

  return {
    pid: child.pid as number,
    call(name, argument) {
      if (hasEnded) return Promise.reject(new Error(`${script} has ended.`))
      return new Promise((resolve, reject) => {
        const id = next++
        asked.set(id, { resolve, reject })
        child.send({ id, name, argument } satisfies Question)
      })
    },
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
    async stop() {
      if (child.connected) child.disconnect()
      await exited
    },
  }
}
