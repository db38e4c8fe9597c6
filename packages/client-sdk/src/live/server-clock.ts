/** An estimate of the server's clock that neither a wrong clock of the device nor a change of it can mislead. */
export interface ServerClock {
  /** The server's time in ms since 1970; the device's own until the server has said its time. */
  now(): number
  /** Takes a reading of the server's clock that has just arrived; what is no time is ignored. */
  take(reading: string | null): void
}

export function createServerClock(): ServerClock {
  /** The server's time less `performance.now()`; 0 until it is known. */
  let offset = 0

  return {
    now: () => (offset ? performance.now() + offset : Date.now()),
    take(reading) {
      // A reading is only ever late, and so is a device that slept: the one furthest ahead is nearest to the truth.
      const latest = Date.parse(reading ?? '') - performance.now()
      if (latest > offset) offset = latest
    },
  }
}
