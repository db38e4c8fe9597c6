import { expect, it } from 'vitest'
import { parseCsvRow } from './parse-csv-row.ts'

it.each([
  ['BETSY HODGES,MARK ANDREW,', ['BETSY HODGES', 'MARK ANDREW', '']],
  [',,', ['', '', '']],
  ['', ['']],
  ['"JAMES JIMMY L. STROUD, JR.",BOB FINE,', ['JAMES JIMMY L. STROUD, JR.', 'BOB FINE', '']],
  ['BOB FINE,,"JAMES JIMMY L. STROUD, JR."', ['BOB FINE', '', 'JAMES JIMMY L. STROUD, JR.']],
  ['"the ""Rock""",', ['the "Rock"', '']],
  ['"",a', ['', 'a']],
])('reads %s', (row, fields) => {
  expect(parseCsvRow(row)).toEqual(fields)
})

it.each(['"BOB FINE', '"BOB" FINE,', '"a""'])('refuses %s', (row) => {
  expect(() => parseCsvRow(row)).toThrow(row)
})
