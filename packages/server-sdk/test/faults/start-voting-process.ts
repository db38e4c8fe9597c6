import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { DumpedVote, FromVotingProcess } from './voting-process.ts'

const adminKey = `lpa_${'k'.repeat(40)}`

export interface VotingProcess {
  readonly pid: number
  /** The API's base URL. */
  readonly url: string
  readonly channelUrl: string
  /** Every committed vote. */
  dump(): Promise<readonly DumpedVote[]>
  /** SIGKILL, and nothing else. Resolves when the process is gone. */
  kill(): Promise<void>
  /** Calls the API with the admin key. */
  call<T>(method: string, path: string, body?: unknown): Promise<T>
}

/** @throws Error with what the process said when it could not open its database */
export async function startVotingProcess(directory: string, variant?: '--ack-before-commit'): Promise<VotingProcess> {
  const file = fileURLToPath(new URL('./voting-process.ts', import.meta.url))
  const child = fork(file, [directory, adminKey, ...(variant ? [variant] : [])], { execArgv: ['--import', 'tsx'] })
  const exited = once(child, 'exit')
  const first = await Promise.race([nextMessage(child), exited.then(([code]) => `exited with ${code}`)])
  if (typeof first === 'string') throw new Error(first)
  if (first.type === 'failed') throw new Error(first.message)
  if (first.type !== 'ready' || child.pid === undefined) throw new Error('The process did not say it was ready.')
  const url = `http://127.0.0.1:${first.port}/live-poll`

  return {
    pid: child.pid,
    url,
    channelUrl: `ws://127.0.0.1:${first.port}/live-poll/channel`,
    async dump() {
      child.send('dump')
      const answer = await nextMessage(child)
      if (answer.type !== 'dump') throw new Error(`Asked for a dump, got ${answer.type}.`)
      return answer.votes
    },
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
    async call<T>(method: string, path: string, body?: unknown) {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
        body: body === undefined ? undefined : JSON.stringify(body),
      })
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
      return response.json() as Promise<T>
    },
  }
}

async function nextMessage(child: ChildProcess): Promise<FromVotingProcess> {
  const [message] = await once(child, 'message')
  return message as FromVotingProcess
}
