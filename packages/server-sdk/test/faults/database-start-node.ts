import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { nodeSecret } from '../servers/start-nodes.ts'
import type { FaultyDatabase } from './database-adapters.ts'
import type { CastAnswer, CastCall, CastInput, FromDatabaseNode } from './database-node.ts'

export interface DatabaseNode {
  readonly pid: number
  /** How it has ended; undefined while it lives. */
  exit(): string | undefined
  /** Casts all at once. @returns the answers, in the order of the votes */
  castAll(votes: readonly CastInput[]): Promise<readonly CastAnswer[]>
  stop(): Promise<void>
}

/** Starts a node in a process of its own. */
export async function startDatabaseNode(name: FaultyDatabase, url: string): Promise<DatabaseNode> {
  const file = fileURLToPath(new URL('./database-node.ts', import.meta.url))
  const child = fork(file, [name, url, nodeSecret], { execArgv: ['--import', 'tsx'] })
  const { pid } = child
  let ended: string | undefined
  const exited = once(child, 'exit').then(([code, signal]) => {
    ended = `exited with ${code ?? signal}`
    return [ended]
  })
  const [ready] = (await Promise.race([once(child, 'message'), exited])) as [FromDatabaseNode | string]
  if (typeof ready === 'string' || pid === undefined) throw new Error(`The node did not start: ${String(ready)}`)

  const calls = new Map<number, (answers: readonly CastAnswer[]) => void>()
  child.on('message', (message: FromDatabaseNode) => {
    if (message.type === 'error') console.error(message.text)
    if (message.type !== 'answers') return
    calls.get(message.id)?.(message.answers)
    calls.delete(message.id)
  })
  let lastId = 0
  return {
    pid,
    exit: () => ended,
    castAll(votes) {
      const id = ++lastId
      child.send({ id, votes } satisfies CastCall)
      const answered = new Promise<readonly CastAnswer[]>((resolve) => calls.set(id, resolve))
      const gone = exited.then(([how]) => Promise.reject(new Error(`The node ${how}.`)))
      return Promise.race([answered, gone])
    },
    async stop() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
