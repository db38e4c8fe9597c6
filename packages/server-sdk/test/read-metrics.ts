/** One line with a value. */
export interface Sample {
  /** Of a histogram with `_bucket`, `_sum` or `_count` at its end. */
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface MetricFamily {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly samples: readonly Sample[]
}

/** What a text of metrics says. */
export interface Metrics {
  readonly families: readonly MetricFamily[]
  /** @throws where there is no such sample, or more than one */
  value(name: string, labels?: Readonly<Record<string, string>>): number
}

const labelName = '[a-zA-Z_][a-zA-Z0-9_]*'
const sampleLine = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/
const label = new RegExp(`(${labelName})="((?:[^"\\\\]|\\\\["\\\\n])*)"(?:,|$)`, 'y')

/**
 * Reads the text format of Prometheus, 0.0.4, as strictly as its specification allows, and a little more: every family
 * has HELP and TYPE, in this order. https://prometheus.io/docs/instrumenting/exposition_formats/
 *
 * @throws Error with the line at fault
 */
export function readMetrics(text: string): Metrics {
  if (!text.endsWith('\n')) throw new Error('The last line does not end.')
  const families: (MetricFamily & { readonly samples: Sample[] })[] = []
  const lines = text.slice(0, -1).split('\n')
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    const help = /^# HELP (\S+) (.*)$/.exec(line)
    if (help) {
      const [, name = '', escaped = ''] = help
      if (families.some((family) => family.name === name)) throw new Error(`A second ${name}.`)
      const type = new RegExp(`^# TYPE ${name} (counter|gauge|histogram)$`).exec(lines[++at] ?? '')?.[1]
      if (!type) throw new Error(`No TYPE after: ${line}`)
      if (/\\[^\\n]|\\$/.test(escaped.replaceAll('\\\\', ''))) throw new Error(`Escaped wrongly: ${line}`)
      families.push({ name, help: withoutEscapes(escaped), type: type as MetricFamily['type'], samples: [] })
      continue
    }
    const family = families.at(-1)
    const sample = readSample(line)
    if (!family || !belongsTo(family, sample)) throw new Error(`In no family, or not in this one: ${line}`)
    const isKnown = family.samples.some((other) => other.name === sample.name && isSame(other.labels, sample.labels))
    if (isKnown) throw new Error(`Said twice: ${line}`)
    family.samples.push(sample)
  }
  for (const family of families) check(family)
  return {
    families,
    value(name, labels = {}) {
      const samples = families.flatMap((family) => family.samples)
      const found = samples.filter((sample) => sample.name === name && isSame(sample.labels, labels))
      if (found.length !== 1) throw new Error(`There are ${found.length} of ${name} ${JSON.stringify(labels)}.`)
      return (found[0] as Sample).value
    },
  }
}

function readSample(line: string): Sample {
  const [, name = '', inBraces = '', number = ''] = sampleLine.exec(line) ?? []
  if (name === '') throw new Error(`No sample: ${line}`)
  const labels: Record<string, string> = {}
  label.lastIndex = 0
  for (let at = 0; at < inBraces.length; at = label.lastIndex) {
    const [, key = '', escaped = ''] = label.exec(inBraces) ?? []
    if (key === '' || key in labels) throw new Error(`Labels that cannot be read: ${line}`)
    labels[key] = withoutEscapes(escaped)
  }
  if (inBraces.endsWith(',')) throw new Error(`Labels that cannot be read: ${line}`)
  return { name, labels, value: readNumber(number, line) }
}

function readNumber(text: string, line: string): number {
  if (/^[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?$/i.test(text)) return Number(text)
  if (text === 'NaN') return Number.NaN
  if (/^[-+]Inf$/.test(text)) return text === '+Inf' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
  throw new Error(`No number: ${line}`)
}

function withoutEscapes(text: string): string {
  return text.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character))
}

function isSame(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(one)
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key])
}

function belongsTo({ name, type }: MetricFamily, sample: Sample): boolean {
  if (type !== 'histogram') return sample.name === name
  return [`${name}_bucket`, `${name}_sum`, `${name}_count`].includes(sample.name)
}

function check({ name, type, samples }: MetricFamily): void {
  const fail = (why: string): never => {
    throw new Error(`${name}: ${why}`)
  }
  if (samples.length === 0) fail('no sample')
  if (type === 'counter' && !name.endsWith('_total')) fail('a counter ends in _total')
  if (type !== 'counter' && /_(total|count|sum|bucket)$/.test(name)) fail(`no name for a ${type}`)
  if (type !== 'gauge' && samples.some(({ value }) => !(value >= 0 && Number.isFinite(value))))
    fail('below 0, or endless')
  if (type !== 'histogram') return
  const buckets = samples.filter((sample) => sample.name.endsWith('_bucket'))
  const bounds = buckets.map(({ labels }) => readNumber(labels.le ?? '', `a bucket of ${name}`))
  if (buckets.some(({ labels }) => Object.keys(labels).length > 1)) fail('a bucket with other labels')
  if (bounds.at(-1) !== Number.POSITIVE_INFINITY) fail('no +Inf at its end')
  for (let at = 1; at < buckets.length; at++) {
    if (Number(bounds[at]) <= Number(bounds[at - 1])) fail('bounds that do not rise')
    if (Number(buckets[at]?.value) < Number(buckets[at - 1]?.value)) fail('buckets that are not cumulative')
  }
  const [sum, count] = ['_sum', '_count'].map((end) => samples.filter((sample) => sample.name === name + end))
  if (sum?.length !== 1 || count?.length !== 1) fail('not one _sum and one _count')
  if (count?.[0]?.value !== buckets.at(-1)?.value) fail('a _count that is not the last bucket')
}
