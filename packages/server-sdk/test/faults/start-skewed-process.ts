import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { LivePollApi } from '@live-poll/server-sdk'
import { adminKey } from '../admin-key.ts'
import { nodeSecret } from '../servers/start-nodes.ts'
import type { ActionCall, FromSkewedProcess } from './skewed-process.ts'

export interface SkewedProcess {
  readonly origin: string
  readonly channelUrl: string
  /** What its clock said when it was ready; ms. */
  readonly now: number
  /** As the node's `api`. Rejects with an object that has the error's code. */
  readonly api: LivePollApi
  stop(): Promise<void>
}

/** Starts a node on a Postgres database whose clock is wrong. @param skew milliseconds; more is later */
export async function startSkewedProcess(url: string, skew: number): Promise<SkewedProcess> {
  const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))
  const child = fork(path('./skewed-process.ts'), [url, nodeSecret, adminKey], {
    execArgv: ['--import', path('./skew-clock.mjs'), '--import', 'tsx'],
    env: { ...process.env, LIVE_POLL_TEST_SKEW: String(skew) },
  })
  const exited = once(child, 'exit')
  const first = Promise.race([once(child, 'message'), exited.then(([code]) => [`exited with ${code}`])])
  const [ready] = (await first) as [FromSkewedProcess | string]
  if (typeof ready === 'string' || ready.type !== 'ready') throw new Error(`The node did not start: ${String(ready)}`)

  const calls = new Map<number, (message: FromSkewedProcess) => void>()
  child.on('message', (message: FromSkewedProcess) => {
    if (message.type !== 'ready') calls.get(message.id)?.(message)
  })
  let lastId = 0
  const call = (action: keyof LivePollApi, args: readonly unknown[]) =>
    new Promise((resolve, reject) => {
      const id = ++lastId
      calls.set(id, (message) => {
        calls.delete(id)
        if (message.type === 'answer') resolve(message.value)
        else reject(message)
      })
      child.send({ id, action, args } satisfies ActionCall)
    })
  return {
    origin: ready.origin,
    channelUrl: ready.channelUrl,
    now: ready.now,
    api: new Proxy({} as LivePollApi, {
      get:
        (_, action: keyof LivePollApi) =>
        (...args: readonly unknown[]) =>
          call(action, args),
    }),
    async stop() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
