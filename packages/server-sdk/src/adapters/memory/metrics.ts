import { type CounterName, counters, type Metrics } from '../../ports/metrics.ts'

export function createMemoryMetrics(): Metrics {
  const counts = new Map<CounterName, number>()
  return {
    count: (name, by = 1) => void counts.set(name, (counts.get(name) ?? 0) + by),
    text: () =>
      Object.entries(counters)
        .map(
          ([name, help]) =>
            `# HELP ${name} ${help}\n# TYPE ${name} counter\n${name} ${counts.get(name as CounterName) ?? 0}\n`,
        )
        .join(''),
  }
}
