import { describe, expect, it } from 'vitest'
import { readMetrics } from '../read-metrics.ts'

const counter = '# HELP a_total Things.\n# TYPE a_total counter\n'
const histogram = '# HELP h_seconds Waits.\n# TYPE h_seconds histogram\n'
const [one, two, rest] = ['h_seconds_bucket{le="1"} 1', 'h_seconds_bucket{le="2"} 3', 'h_seconds_bucket{le="+Inf"} 3']
const ends = ['h_seconds_sum 4.5', 'h_seconds_count 3']

describe('what is well written', () => {
  it('says its values, with what was escaped', () => {
    const text = `# HELP a_total Things\\\\ and\\nmore.\n# TYPE a_total counter\na_total{of="\\"x\\\\\\n",b=""} 1.5e3\na_total 2\n`
    const metrics = readMetrics(text)
    expect(metrics.families[0]).toMatchObject({ help: 'Things\\ and\nmore.', type: 'counter' })
    expect(metrics.value('a_total', { of: '"x\\\n', b: '' })).toBe(1500)
    expect(metrics.value('a_total')).toBe(2)
    expect(() => metrics.value('a_total', { of: 'y' })).toThrow('There are 0')
  })

  it('is a histogram', () => {
    const metrics = readMetrics(`${histogram}${[one, two, rest, ...ends].join('\n')}\n`)
    expect(metrics.value('h_seconds_bucket', { le: '2' })).toBe(3)
  })
})

describe('what is not', () => {
  it.each([
    ['no end', `${counter}a_total 1`],
    ['no help', 'a_total 1\n'],
    ['no type', '# HELP a_total Things.\na_total 1\n'],
    ['two of a name', `${counter}a_total 1\n${counter}a_total 1\n`],
    ['a line twice', `${counter}a_total 1\na_total 2\n`],
    ['another name', `${counter}b_total 1\n`],
    ['no sample', counter],
    ['no number', `${counter}a_total one\n`],
    ['below 0', `${counter}a_total -1\n`],
    ['an empty line', `${counter}a_total 1\n\n`],
    ['a label without quotes', `${counter}a_total{of=x} 1\n`],
    ['a quote in a label', `${counter}a_total{of="x"y"} 1\n`],
    ['a label twice', `${counter}a_total{of="x",of="y"} 1\n`],
    ['a comma too many', `${counter}a_total{of="x",} 1\n`],
    ['an escape that is none', `${counter}a_total{of="\\x"} 1\n`],
    ['a counter without _total', '# HELP a Things.\n# TYPE a counter\na 1\n'],
    ['a gauge with it', '# HELP a_total Things.\n# TYPE a_total gauge\na_total 1\n'],
    ['a histogram without +Inf', `${histogram}${[one, two, ...ends].join('\n')}\n`],
    ['out of order', `${histogram}${[two, one, rest, ...ends].join('\n')}\n`],
    ['not cumulative', `${histogram}${[one, two.replace(' 3', ' 0'), rest, ...ends].join('\n')}\n`],
    ['a count of its own', `${histogram}${[one, two, rest, ends[0], 'h_seconds_count 4'].join('\n')}\n`],
    ['no sum', `${histogram}${[one, two, rest, ends[1]].join('\n')}\n`],
  ])('%s', (_, text) => {
    expect(() => readMetrics(text)).toThrow()
  })
})
