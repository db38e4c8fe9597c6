import type { Logger } from '../src/ports/logger.ts'

/** A logger that keeps what it was told, so that a test can say that nothing went wrong unseen. */
export interface RecordingLogger extends Logger {
  readonly warnings: readonly unknown[]
  readonly errors: readonly unknown[]
}

export function createRecordingLogger(): RecordingLogger {
  const warnings: unknown[] = []
  const errors: unknown[] = []
  return {
    warnings,
    errors,
    info() {},
    warn: (message, cause) => warnings.push([message, cause]),
    error: (message, cause) => errors.push([message, cause]),
  }
}
