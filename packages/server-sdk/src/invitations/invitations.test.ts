import { renderSVG } from 'uqr'
import { describe, expect, it } from 'vitest'
import { toInvitationCsv, toInvitationLink, toInvitationSheet } from './invitations.ts'

const page = 'https://my.app/vote?room=3'
const invitations = [
  { id: 'a', code: '7K3M-09QX-W2RT-B6VA-H4CE' },
  { id: 'b', code: 'T3YP-2A3K-AGRK-1RZW-K59F' },
]

describe('a link', () => {
  it('brings the code where no server sees it', () => {
    expect(toInvitationLink(page, { code: '7K3M-09QX' })).toBe(`${page}#invitation=7K3M-09QX`)
  })

  it.each(['', '/vote', 'my.app', 'javascript:alert(1)', 'https://my.app/#/vote'])('is not made of "%s"', (wrong) => {
    expect(() => toInvitationLink(wrong, { code: 'x' })).toThrow(TypeError)
  })
})

it('is a line of a table each', () => {
  expect(toInvitationCsv(invitations, page).split('\r\n')).toEqual([
    'code,link',
    `7K3M-09QX-W2RT-B6VA-H4CE,"${page}#invitation=7K3M-09QX-W2RT-B6VA-H4CE"`,
    `T3YP-2A3K-AGRK-1RZW-K59F,"${page}#invitation=T3YP-2A3K-AGRK-1RZW-K59F"`,
    '',
  ])
})

it('is a card each on a sheet to print, whatever the poll asks', () => {
  const sheet = toInvitationSheet({ question: '<b>"Soup" & more?</b>' }, invitations, page)
  expect(sheet.match(/<li>/g)).toHaveLength(2)
  const images = sheet.match(/<path[^>]*>/g)
  expect(images).toEqual(
    invitations.map((one) => renderSVG(toInvitationLink(page, one), { border: 0 }).match(/<path[^>]*>/)?.[0]),
  )
  expect(new Set(images).size).toBe(2)
  expect(sheet).toContain('<code>7K3M-09QX-W2RT-B6VA-H4CE</code>')
  expect(sheet).toContain('<h2 dir="auto">&#60;b&#62;&#34;Soup&#34; &#38; more?&#60;/b&#62;</h2>')
  expect(sheet).not.toContain('<b>')
  expect(sheet).not.toMatch(/<script|src=|url\(/)
})
