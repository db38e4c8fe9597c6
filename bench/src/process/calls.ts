/** What a process of the benchmark can be asked for, by name. Arguments and answers go through JSON. */
export type Calls = { [name: string]: (argument: never) => unknown }

export interface Question {
  readonly id: number
  readonly name: string
  readonly argument: unknown
}

export type FromProcess =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly id: number; readonly value?: unknown; readonly error?: string }

/** Answers the process that started this one, and ends with it. */
export function answerCalls(calls: Calls): void {
  const tell = (message: FromProcess) => process.send?.(message)
  process.on('message', async ({ id, name, argument }: Question) => {
    try {
      const call = calls[name] as ((argument: unknown) => unknown) | undefined
      if (!call) throw new Error(`There is no call "${name}".`)
      tell({ kind: 'answer', id, value: await call(argument) })
    } catch (error) {
      tell({ kind: 'answer', id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  })
  process.on('disconnect', () => process.exit())
  process.on('SIGINT', () => {}) // Ctrl-C reaches the whole group; when to end is for the process that started this one
  tell({ kind: 'ready' })
}
