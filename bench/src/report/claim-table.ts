import { type Claim, type ClaimFigure, claims, figureOf, isMet } from './claims.ts'
import type { Measured } from './medians.ts'

/** What was to be shown, what was measured, what was wanted, whether that is so. Lines that were not measured are left out. */
export function claimRows(measured: readonly Measured[]): readonly (readonly [string, string, string, string])[] {
  return claims.flatMap((claim) => {
    const figure = figureOf(claim, measured)
    if (figure === undefined) return []
    return [
      [claim.claim, measuredOf(claim, figure), wantedOf(claim), isMet(claim, figure.median) ? 'yes' : 'NO'] as const,
    ]
  })
}

function measuredOf(claim: Claim, { median, least, most }: ClaimFigure): string {
  const all = least < most ? ` (${[least, most].map((figure) => numeral(figure)).join(' - ')})` : ''
  return `${written(median, claim)}${all}`
}

function wantedOf(claim: Claim): string {
  const { target, aim } = claim
  const [words, value] = 'least' in target ? ['at least', target.least] : ['at most', target.most]
  return `${words} ${written(value, claim)}${aim === undefined ? '' : ` (aim: ${aim})`}`
}

const units = { times: ' x', s: ' s', ms: ' ms', us: ' us', '/s': '/s', KB: ' KB', '': '' } as const

function written(value: number, { unit }: Claim): string {
  if (!Number.isFinite(value)) return 'none'
  return `${numeral(value)}${units[unit]}`
}

function numeral(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2
  return Number(value.toFixed(digits)).toLocaleString('en')
}

/** As text for a terminal. */
export function alignedTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => (row[column] ?? '').length)))
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] as number))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
