import { readdirSync } from 'node:fs'
import { type ErrorCode, errors } from '@live-poll/client-sdk/protocol'
import { describe, expect, test } from 'vitest'
import { routeTable as routes } from '../../packages/server-sdk/test/route-table.ts'
import { errorIndex, errorPage } from './error-page.ts'

const folder = new URL('../../docs/errors/', import.meta.url)
const codes = Object.keys(errors) as ErrorCode[]

describe('docs/errors', () => {
  test.each(codes)('%s.md is what the tables say (-u writes it)', async (code) => {
    await expect(errorPage(code, routes)).toMatchFileSnapshot(`../../docs/errors/${code}.md`)
  })

  test('README.md lists them (-u writes it)', async () => {
    await expect(errorIndex()).toMatchFileSnapshot('../../docs/errors/README.md')
  })

  test('has a page for every code, and no other', () => {
    const pages = readdirSync(folder).map((name) => name.replace(/\.md$/, ''))
    expect(pages.sort()).toEqual([...codes, 'README'].sort())
  })
})
