import type { Invitation } from '@live-poll/client-sdk/protocol'
import { renderSVG } from 'uqr'
import { escapeHtml } from './escape-html.ts'

/**
 * The address that brings a voter to a page with their code. The code stands behind `#`: browsers keep that part to
 * themselves, so that it is in no server's log and no `Referer`. `<live-poll>` finds it there.
 *
 * @param page where the poll is shown, as in `https://my.app/vote`
 * @throws TypeError when the page is no absolute http address, or has a part behind `#` already
 */
export function toInvitationLink(page: string, { code }: Pick<Invitation, 'code'>): string {
  const url = URL.canParse(page) ? new URL(page) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.hash !== '') {
    throw new TypeError(`page: send an address such as "https://my.app/vote", without "#": "${page}" is none.`)
  }
  url.hash = `invitation=${code}`
  return url.href
}

/** For a mail merge: a line of `code,link` each, with a head (RFC 4180). @throws TypeError as `toInvitationLink` */
export function toInvitationCsv(invitations: readonly Invitation[], page: string): string {
  const lines = invitations.map((invitation) => `${invitation.code},"${toInvitationLink(page, invitation)}"`)
  return ['code,link', ...lines, ''].join('\r\n')
}

/**
 * A page to print and cut up: a card each, with the poll's question, the code, and its link as a QR code.
 * @throws TypeError as `toInvitationLink`
 */
export function toInvitationSheet(
  { question }: { readonly question: string },
  invitations: readonly Invitation[],
  page: string,
): string {
  const address = escapeHtml(page.replace(/^https?:\/\//, ''))
  const title = escapeHtml(question)
  const cards = invitations.map((invitation) => {
    const code = escapeHtml(invitation.code)
    const image = renderSVG(toInvitationLink(page, invitation), { border: 0 }).replace(
      '<svg',
      '<svg aria-hidden="true"',
    )
    return `<li>${image}<div><h2 dir="auto">${title}</h2><code>${code}</code><p>${address}</p></div></li>`
  })
  return `<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${sheetStyle}</style>
</head>
<body><ul>
${cards.join('\n')}
</ul></body>
</html>
`
}

const sheetStyle = `
body { margin: 8mm; color: #000; background: #fff; font: 11pt/1.35 system-ui, sans-serif; }
ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(84mm, 1fr)); margin: 0; padding: 0; list-style: none; }
li { display: flex; gap: 5mm; align-items: center; padding: 5mm; border: .2mm dashed #999; break-inside: avoid; }
svg { flex: none; width: 30mm; height: 30mm; }
div { min-width: 0; }
h2 { margin: 0 0 2mm; font-size: 11pt; line-height: 1.25; overflow-wrap: anywhere; }
code { font: 600 10pt/1.4 ui-monospace, monospace; white-space: nowrap; }
p { margin: 1mm 0 0; color: #444; font-size: 8.5pt; overflow-wrap: anywhere; }
`
