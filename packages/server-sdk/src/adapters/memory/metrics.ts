import {
  type CounterName,
  counters,
  type GaugeName,
  gauges,
  type HistogramName,
  histograms,
  type Metrics,
} from '../../ports/metrics.ts'

interface Histogram {
  readonly bounds: readonly number[]
  /** How many values fell between a bound and the one before it, and beyond the last. */
  readonly counts: Float64Array
  /** The sum of all values, in its only place: a field of an object would be allocated anew at each change. */
  readonly sum: Float64Array
}

export function createMemoryMetrics(): Metrics {
  const plain = new Map<string, Float64Array>()
  const labelled = new Map<string, Map<string, Float64Array>>()
  const measured = new Map<HistogramName, Histogram>()
  const readers = new Map<GaugeName, () => number>()
  const table = Object.entries(counters) as [CounterName, (typeof counters)[CounterName]][]
  for (const [name, kind] of table) {
    if ('by' in kind) labelled.set(name, new Map(kind.by.values.map((value) => [value, new Float64Array(1)])))
    else plain.set(name, new Float64Array(1))
  }
  for (const [name, { bounds }] of Object.entries(histograms)) {
    const histogram = { bounds, counts: new Float64Array(bounds.length + 1), sum: new Float64Array(1) }
    measured.set(name as HistogramName, histogram)
  }

  function add(cell: Float64Array | undefined, by: number) {
    if (cell) cell[0] = (cell[0] as number) + by
  }

  function* lines() {
    for (const [name, kind] of table) {
      yield* head(name, kind.help, 'counter')
      if ('by' in kind) {
        for (const [value, cell] of labelled.get(name) ?? []) {
          yield `${name}{${kind.by.label}="${escapeLabel(value)}"} ${cell[0]}`
        }
      } else yield `${name} ${plain.get(name)?.[0]}`
    }
    for (const [name, help] of Object.entries(gauges)) {
      yield* head(name, help, 'gauge')
      yield `${name} ${readers.get(name as GaugeName)?.() ?? 0}`
    }
    for (const [name, { bounds, counts, sum }] of measured) {
      yield* head(name, histograms[name].help, 'histogram')
      let count = 0
      for (const [index, inBucket] of counts.entries()) {
        count += inBucket
        yield `${name}_bucket{le="${bounds[index] ?? '+Inf'}"} ${count}`
      }
      yield `${name}_sum ${sum[0]}`
      yield `${name}_count ${count}`
    }
  }

  return {
    count: (name, by = 1) => add(plain.get(name), by),
    countBy: (name, value) => add(labelled.get(name)?.get(value), 1),
    record(name, value) {
      const { bounds, counts, sum } = measured.get(name) as Histogram
      let index = 0
      while (value > (bounds[index] ?? Number.POSITIVE_INFINITY)) index++
      counts[index] = (counts[index] as number) + 1
      add(sum, value)
    },
    gauge: (name, read) => void readers.set(name, read),
    text: () => `${[...lines()].join('\n')}\n`,
  }
}

function head(name: string, help: string, type: 'counter' | 'gauge' | 'histogram'): readonly string[] {
  return [`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${type}`]
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"')
}
