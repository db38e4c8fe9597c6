import { networkInterfaces } from 'node:os'

/** This machine's IPv4 addresses on its networks; those of home and office networks first. */
export function lanAddresses(interfaces = networkInterfaces()): readonly string[] {
  const isHomely = (address: string) => /^(192\.168|10)\./.test(address)
  return Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address)
    .sort((a, b) => Number(isHomely(b)) - Number(isHomely(a)))
}
