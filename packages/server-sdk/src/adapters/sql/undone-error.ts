/** Thrown by a COMMIT that has undone its transaction, for its last statement had failed: its cause. */
export class UndoneError extends Error {
  constructor(cause: unknown) {
    super('The last statement of the transaction has failed.', { cause })
  }
}
