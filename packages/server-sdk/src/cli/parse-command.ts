import { type ParseArgsConfig, parseArgs } from 'node:util'
import { UsageError } from './usage-error.ts'

type Options = NonNullable<ParseArgsConfig['options']>
type Parsed<T extends Options> = ReturnType<typeof parseArgs<{ options: T; allowPositionals: true }>>

export const text = { type: 'string' } as const
export const flag = { type: 'boolean', default: false } as const

/** Options of every command that may work on a database: how its tables are called. */
export const tableNames = { prefix: text, schema: text } as const

/** Reads what stands behind a command's name. @throws UsageError */
export function parseCommand<const T extends Options>(args: readonly string[], options: T): Parsed<T> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

/** @throws UsageError */
export function readCount(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  if (/^\d{1,9}$/.test(value)) return Number(value)
  throw new UsageError(`say --${name} as a whole number.`)
}
