import { BlockList, isIPv4, isIPv6 } from 'node:net'

/**
 * What is not on the public internet, or leads to it by another protocol.
 * https://www.iana.org/assignments/iana-ipv4-special-registry, https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const notPublic = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4'],
]

/** Of IPv6, what is public: what is given out to networks, without what carries IPv4 or is for examples. */
const assigned = '2000::/3'
const carriers = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']

const blocked = new BlockList()
for (const network of notPublic) add(blocked, network, 'ipv4')
for (const network of carriers) add(blocked, network, 'ipv6')
const allowed = new BlockList()
add(allowed, assigned, 'ipv6')

/** @param address without brackets */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !blocked.check(address)
  return isIPv6(address) && allowed.check(address, 'ipv6') && !blocked.check(address, 'ipv6')
}

function add(list: BlockList, network: string, family: 'ipv4' | 'ipv6') {
  const [address = '', prefix] = network.split('/')
  list.addSubnet(address, Number(prefix), family)
}
