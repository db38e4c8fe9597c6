/** A picture of a few figures, as SVG: readable on light pages and dark ones. */
export interface Plot {
  readonly title: string
  /** What a figure is, in a word or two. */
  readonly unit: string
  readonly bars: readonly Bar[]
  /** For figures that lie orders of magnitude apart. */
  readonly isLogarithmic?: boolean
}

export interface Bar {
  readonly label: string
  readonly value: number
  readonly isOurs: boolean
}

const width = 760
const labelWidth = 290
const figureWidth = 90
const rowHeight = 28
const top = 56

const style = `text { font: 14px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600; font-size: 16px } .unit { fill: #59636e } .figure { font-variant-numeric: tabular-nums }
.ours { fill: #0b7285 } .other { fill: #adb5bd }
@media (prefers-color-scheme: dark) { text { fill: #f0f6fc } .unit { fill: #9198a1 } .ours { fill: #3bc9db } .other { fill: #656c76 } }`

export function drawPlot({ title, unit, bars, isLogarithmic = false }: Plot): string {
  const values = bars.map(({ value }) => value)
  const [least, most] = [Math.min(...values), Math.max(...values)]
  const floor = 10 ** Math.floor(Math.log10(least) - 0.3) // of a logarithmic axis: the smallest bar is still seen
  const share = (value: number) => (isLogarithmic ? Math.log(value / floor) / Math.log(most / floor) : value / most)
  const height = top + bars.length * rowHeight + 8
  const rows = bars.map(({ label, value, isOurs }, index) => {
    const y = top + index * rowHeight
    const length = Math.max(1, share(value) * (width - labelWidth - figureWidth))
    return `  <text x="${labelWidth - 12}" y="${y + 19}" text-anchor="end">${escapeText(label)}</text>
  <rect class="${isOurs ? 'ours' : 'other'}" x="${labelWidth}" y="${y + 5}" width="${length.toFixed(1)}" height="18" rx="2"/>
  <text class="figure" x="${(labelWidth + length + 8).toFixed(1)}" y="${y + 19}">${writeFigure(value)}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
  <title>${escapeText(title)}</title>
  <style>${style}</style>
  <text class="title" x="0" y="20">${escapeText(title)}</text>
  <text class="unit" x="0" y="42">${escapeText(unit)}${isLogarithmic ? ' (logarithmic)' : ''}</text>
${rows.join('\n')}
</svg>
`
}

function writeFigure(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(1)
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
