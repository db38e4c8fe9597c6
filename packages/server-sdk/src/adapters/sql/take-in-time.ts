/** The pool had no connection to give: nothing was asked of the database. */
export class NoConnectionError extends Error {
  override readonly name = 'NoConnectionError'
}

/**
 * Waits for a connection of a host's pool, which may have no limit of its own.
 *
 * @param taking what the pool was asked for
 * @param giveBack called with a connection that comes too late
 * @param patience milliseconds
 * @throws NoConnectionError when none comes in time; else what the pool throws
 */
export async function takeInTime<C>(
  taking: Promise<C>,
  giveBack: (connection: C) => void,
  patience: number,
): Promise<C> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, patience, 'late')
  })
  try {
    const taken = await Promise.race([taking, late])
    if (taken !== 'late') return taken
  } finally {
    clearTimeout(timer)
  }
  taking.then(giveBack, () => {}) // who asked has been told that there was none
  throw new NoConnectionError(`The pool had no free connection for ${patience} ms.`)
}
