import { renderUnicodeCompact } from 'uqr'

export interface Announcement {
  readonly localUrl: string
  readonly lanUrls: readonly string[]
  /** Signs in one organizer. */
  readonly link: string
  readonly channel:
    | { readonly isUws: true; readonly port: number }
    | { readonly isUws: false; readonly port: number; readonly reason: string }
  /** Its name, without a password. */
  readonly database: string
  /** The key that stands in a file; none if it was given. */
  readonly adminKey: { readonly key: string; readonly isNew: boolean; readonly file: string } | undefined
}

/** Says in the terminal where everything is. */
export function announce({ localUrl, lanUrls, link, channel, database, adminKey }: Announcement): void {
  const lines = [
    '',
    'Live Poll is running.',
    '',
    row('On this machine', localUrl),
    ...lanUrls.map((url) => row('On your network', url)),
    row(
      'Votes',
      channel.isUws ? `uWebSockets.js on port ${channel.port}` : `ws on port ${channel.port}: ${channel.reason}`,
    ),
    row('Polls and votes', database),
    ...(adminKey
      ? [row('Admin key', adminKey.isNew ? `${adminKey.key} (kept in ${adminKey.file})` : `in ${adminKey.file}`)]
      : []),
  ]
  console.log(lines.join('\n'))
  const [lanUrl] = lanUrls
  if (lanUrl) console.log(`\n${renderUnicodeCompact(lanUrl, { border: 2 })}\n${lanUrl}, for a phone on your network`)
  announceLink(link)
}

/** The link that makes its reader an organizer. */
export function announceLink(link: string): void {
  console.log(`\nMake polls of your own (this link works once):\n${link}`)
}

function row(name: string, value: string): string {
  return `  ${name.padEnd(16)} ${value}`
}
