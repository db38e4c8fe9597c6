import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createMemoryMetrics } from '../../src/adapters/memory/metrics.ts'
import { type MetricFamily, readMetrics } from '../read-metrics.ts'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const { families } = readMetrics(createMemoryMetrics().text())
const labelOf = ({ type, samples }: MetricFamily) =>
  type === 'counter' ? Object.keys(samples[0]?.labels ?? {})[0] : undefined

it('the README has a row for each metric, and for nothing else', () => {
  const rows = read('README.md').match(/^\| `live_poll_.*$/gm)
  const wanted = families.map((family) => {
    const label = labelOf(family)
    return `| \`${family.name}${label ? `{${label}}` : ''}\` | ${family.type} | ${family.help} |`
  })
  expect(rows).toEqual(wanted)
})

describe('the dashboard', () => {
  interface Panel {
    readonly id: number
    readonly type: string
    readonly title: string
    readonly gridPos: Readonly<Record<'h' | 'w' | 'x' | 'y', number>>
    readonly datasource?: object
    readonly fieldConfig?: { readonly defaults: { readonly unit: string } }
    readonly targets?: readonly { readonly refId: string; readonly expr: string; readonly datasource: object }[]
  }
  const dashboard = JSON.parse(read('grafana/live-poll.json'))
  const panels: readonly Panel[] = dashboard.panels
  const charts = panels.filter(({ type }) => type !== 'row')
  const queries = charts.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))

  it('has what Grafana needs to show it', () => {
    expect(dashboard).toMatchObject({
      uid: 'live-poll',
      title: 'Live Poll',
      schemaVersion: expect.any(Number),
      version: 1,
    })
    expect(dashboard.time).toEqual({ from: 'now-1h', to: 'now' })
    expect(dashboard.id, 'Grafana gives it one').toBeUndefined()
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    const variables = dashboard.templating.list.map(({ name, type }: { name: string; type: string }) => [name, type])
    expect(variables).toEqual([
      ['datasource', 'datasource'],
      ['instance', 'query'],
    ])
    const datasource = { type: 'prometheus', uid: `\${datasource}` }
    for (const { title, type, targets = [], fieldConfig, ...panel } of charts) {
      expect(['timeseries', 'stat'], title).toContain(type)
      expect(panel.datasource, title).toEqual(datasource)
      expect(fieldConfig?.defaults.unit, title).toMatch(/^(s|ops|short)$/)
      expect(targets.length, title).toBeGreaterThan(0)
      expect(new Set(targets.map(({ refId }) => refId)).size, title).toBe(targets.length)
      for (const target of targets) expect(target.datasource, title).toEqual(datasource)
    }
  })

  it('has its panels side by side, none on another', () => {
    const taken = new Set<string>()
    for (const { title, gridPos } of panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken, title).not.toContain(`${x}/${y}`)
          taken.add(`${x}/${y}`)
        }
      }
    }
  })

  it('asks for metrics that there are, for each of them, and by labels that they have', () => {
    const names = new Set(families.flatMap(({ samples }) => samples.map(({ name }) => name)))
    const asked = new Set<string>()
    for (const query of [...queries, dashboard.templating.list[1].query.query]) {
      const used = query.match(/live_poll_\w+/g) ?? []
      expect(used.length, query).toBeGreaterThan(0)
      for (const name of used) {
        expect(names, query).toContain(name)
        asked.add(name.replace(/_(bucket|sum|count)$/, ''))
      }
      for (const [, label = ''] of query.matchAll(/by \((\w+)\)/g)) {
        const family = families.find(({ name }) => used.some((one: string) => one.replace(/_bucket$/, '') === name))
        const own = family?.type === 'histogram' ? 'le' : family && labelOf(family)
        expect(['instance', own], query).toContain(label)
      }
    }
    expect([...asked].sort()).toEqual(families.map(({ name }) => name).sort())
  })

  it('takes counters by their rate, and gauges as they are', () => {
    for (const query of queries) {
      for (const { name, type } of families) {
        const asks = [
          ...query.matchAll(new RegExp(`(rate|increase|sum|max)[^()]*\\(${name}(_bucket|_sum|_count)?\\{`, 'g')),
        ]
        for (const [text, by] of asks) {
          if (type === 'gauge') expect(['sum', 'max'], text).toContain(by)
          else if (!/recounts|restored|voided/.test(name)) expect(['rate', 'increase'], text).toContain(by)
        }
      }
    }
  })
})
