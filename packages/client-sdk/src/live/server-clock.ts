/** An estimate of the server's clock that neither a wrong clock of the device nor a change of it can mislead. */
export interface ServerClock {
  /** The server's time in ms since 1970; the device's own until the server has said its time. */
  now(): number
  /**
   * Takes a reading of the server's clock that has just arrived; what is no time is ignored.
   * @param askedAt `performance.now()` when it was asked for: the reading is from between then and now
   */
  take(reading: string | null | undefined, askedAt: number): void
  /** Whether the device slept, or its clock was set, since the reading that counts: ask for another. */
  isSuspect(): boolean
}

/** How far the device's two clocks may part before one of them was stopped (sleep) or set. */
const TOLERANCE = 1000
/** Clocks drift: a reading may have a longer round trip than the best, by a thousandth of the best one's age. */
const DRIFT = 1 / 1000

export function createServerClock(): ServerClock {
  /** The server's time less `performance.now()`. */
  let offset: number | undefined
  let parting = 0
  let roundTrip = 0
  let takenAt = 0

  const partingNow = () => Date.now() - performance.now()
  const isSuspect = () => offset !== undefined && Math.abs(partingNow() - parting) > TOLERANCE

  return {
    now: () => (offset === undefined ? Date.now() : performance.now() + offset),
    take(reading, askedAt) {
      const now = performance.now()
      const time = Date.parse(reading ?? '')
      const trip = now - askedAt
      const isBetter = offset === undefined || isSuspect() || trip <= roundTrip + (now - takenAt) * DRIFT
      if (Number.isNaN(time) || !isBetter) return
      offset = time + trip / 2 - now
      parting = partingNow()
      roundTrip = trip
      takenAt = now
    },
    isSuspect,
  }
}
