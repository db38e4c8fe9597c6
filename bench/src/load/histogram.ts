/** Of durations in milliseconds, for percentiles that are at most 3.2 % too high: 32 steps for each doubling. */
export interface Histogram {
  readonly count: number
  record(milliseconds: number): void
  /** @param fraction 0.99 for p99. @returns milliseconds; NaN where nothing was recorded */
  percentile(fraction: number): number
  max(): number
  clear(): void
}

const steps = 64
const doublings = 26 // up to a minute

export function createHistogram(): Histogram {
  const counts = new Uint32Array(steps * doublings)
  let count = 0
  let longest = 0

  return {
    get count() {
      return count
    },
    record(milliseconds) {
      count++
      if (milliseconds > longest) longest = milliseconds
      const micros = Math.min(2 ** 31 - 1, Math.max(0, (milliseconds * 1000) | 0))
      const doubling = 26 - Math.clz32(micros | (steps - 1)) // 0 up to 63 us, where a step is one
      const index = doubling === 0 ? micros : (doubling + 1) * (steps / 2) + ((micros >>> doubling) - steps / 2)
      counts[index] = (counts[index] as number) + 1
    },
    percentile(fraction) {
      if (count === 0) return Number.NaN
      const wanted = Math.max(1, Math.ceil(count * fraction))
      let seen = 0
      let index = -1
      while (seen < wanted && index + 1 < counts.length) seen += counts[++index] as number
      return Math.min(longest, upperBound(index) / 1000)
    },
    max: () => longest,
    clear() {
      counts.fill(0)
      count = 0
      longest = 0
    },
  }
}

/** In microseconds. */
function upperBound(index: number): number {
  if (index < steps) return index + 1
  const doubling = Math.floor(index / (steps / 2)) - 1
  return ((index % (steps / 2)) + steps / 2 + 1) * 2 ** doubling
}
