/** A command that was not written as it must be. Its message ends a line that begins with `live-poll:`. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
