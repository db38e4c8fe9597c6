/** What may be told of a URL that may hold a password. */
export function describeUrl(url: string): string {
  const protocol = /^[a-z][a-z+.-]{0,20}:\/\//i.exec(url)?.[0]
  return protocol ? `one that begins with ${protocol}` : 'a text without a protocol'
}
