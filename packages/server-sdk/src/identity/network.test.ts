import { describe, expect, it } from 'vitest'
import { clientAddress, createHiddenNames, createSharedHiddenNames, networkOf } from './network.ts'

describe('the network of an address', () => {
  it.each([
    ['203.0.113.9', '203.0.113.0/24'],
    ['203.0.113.255', '203.0.113.0/24'],
    ['203.0.114.9', '203.0.114.0/24'],
    ['203.0.113.9:40123', '203.0.113.0/24'],
    ['[203.0.113.9]:40123', '203.0.113.0/24'],
    ['127.0.0.1', '127.0.0.0/24'],
    // An IPv4 client of a socket for both, as Node, uWebSockets.js and others write it.
    ['::ffff:203.0.113.9', '203.0.113.0/24'],
    ['::FFFF:203.0.113.9', '203.0.113.0/24'],
    ['::ffff:cb00:7109', '203.0.113.0/24'],
    ['0:0:0:0:0:ffff:cb00:7109', '203.0.113.0/24'],
    ['0000:0000:0000:0000:0000:ffff:cb00:7109', '203.0.113.0/24'],
    ['0:0:0:0:0:ffff:203.0.113.9', '203.0.113.0/24'],
    ['[::ffff:203.0.113.9]:40123', '203.0.113.0/24'],
  ])('%s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })

  it.each([
    '2001:db8:0:7::1',
    '2001:db8:0:7:ffff:ffff:ffff:ffff',
    '2001:0db8:0000:0007:0000:0000:0000:0001',
    '2001:DB8:0:7:0:0:0:1',
    '2001:db8::7:0:0:0:1',
    '2001:db8:0:7:1::',
    '2001:db8::7:1:2:192.0.2.1',
    '2001:db8:0:7:1:2:192.0.2.1',
    '[2001:db8:0:7::1]',
    '[2001:db8:0:7::1]:40123',
    '2001:db8:0:7::1%eth0',
    '[2001:db8:0:7::1%eth0]:40123',
  ])('%s is one with others of its /64, however it is written', (address) => {
    expect(networkOf(address)).toBe('2001:db8:0:7::/64')
  })

  it.each([
    ['2001:db8:0:8::1', '2001:db8:0:8::/64'],
    ['2001:db8:7::1', '2001:db8:7:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['1::', '1:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::203.0.113.9', '64:ff9b:0:0::/64'],
    ['::203.0.113.9', '0:0:0:0::/64'],
  ])('%s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })

  it.each([undefined, '', 'unknown', 'localhost', '203.0.113', '256.0.0.1', '1.2.3.4.5', '01.2.3.4', ':::1', '1:2:3'])(
    '%s is none: all of those share one',
    (address) => {
      expect(networkOf(address)).toBe('unknown')
    },
  )

  it.each([
    '203.0.113.9, 198.51.100.1',
    '2001:db8::1::2',
    'g::1',
    '[::1',
    '203.0.113.9:port',
    '\u0000',
    'a'.repeat(9999),
  ])('%s is none either', (address) => {
    expect(networkOf(address)).toBe('unknown')
  })
})

describe('an address alone', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7/32'],
    ['203.0.113.7:4711', '203.0.113.7/32'],
    ['::ffff:203.0.113.7', '203.0.113.7/32'],
    ['2001:db8:0:1::7', '2001:db8:0:1::/64'],
    ['no address', 'unknown'],
  ])('%s is %s: of IPv6, who has one has a whole network', (address, named) => {
    expect(networkOf(address, 32)).toBe(named)
  })
})

describe('the address of a client', () => {
  const socket = '192.0.2.1'
  const addressOf = (trustedProxies: number, forwarded?: string, remoteAddress: string | undefined = socket) => {
    const headers = new Headers(forwarded === undefined ? {} : { 'x-forwarded-for': forwarded })
    return clientAddress({ remoteAddress, headers }, trustedProxies)
  }
  const forged = '198.51.100.66'
  const client = '203.0.113.9'
  const edge = '192.0.2.2'

  it.each<[string, number, string | undefined, string]>([
    ['no proxy', 0, undefined, socket],
    ['no proxy, the header forged', 0, forged, socket],
    ['no proxy, several forged', 0, `${forged}, ${client}`, socket],
    ['one proxy', 1, client, client],
    ['one proxy, the header forged', 1, `${forged}, ${client}`, client],
    ['one proxy, many forged', 1, `${forged},${forged},  ${forged} ,${client}`, client],
    ['two proxies', 2, `${client}, ${edge}`, client],
    ['two proxies, the header forged', 2, `${forged}, ${client}, ${edge}`, client],
    ['two proxies, only one of which was passed', 2, client, client],
    ['one proxy that says nothing', 1, undefined, socket],
    ['two proxies that say nothing', 2, undefined, socket],
    ['one proxy that says nothing of it', 1, '', socket],
    ['one proxy that says nothing but what was forged', 1, `${forged}, `, socket],
  ])('behind %s is what the host’s own saw', (_, trustedProxies, forwarded, address) => {
    expect(addressOf(trustedProxies, forwarded)).toBe(address)
  })

  it('may be unknown', () => {
    expect(clientAddress({ headers: new Headers() }, 0)).toBeUndefined()
    expect(clientAddress({ headers: new Headers() }, 1)).toBeUndefined()
  })
})

describe('the name of a network', () => {
  const day = 24 * 60 * 60 * 1000

  it('is the same for a day, and another afterwards', () => {
    let now = 0
    const nameOf = createHiddenNames(() => now)
    const first = nameOf('203.0.113.0/24')
    now = day
    expect(nameOf('203.0.113.0/24')).toBe(first)
    now = day + 1
    const second = nameOf('203.0.113.0/24')
    expect(second).not.toBe(first)
    now = 2 * day + 1
    expect(nameOf('203.0.113.0/24')).toBe(second)
    now = 2 * day + 2
    expect([first, second]).not.toContain(nameOf('203.0.113.0/24'))
  })

  it('tells networks apart, and nothing of them', () => {
    const nameOf = createHiddenNames()
    const names = Array.from({ length: 256 }, (_, index) => nameOf(`203.0.${index}.0/24`))
    expect(new Set(names).size).toBe(256)
    for (const name of names) expect(name).toMatch(/^[\w-]{43}$/)
    expect(createHiddenNames()('203.0.113.0/24'), 'another node').not.toBe(nameOf('203.0.113.0/24'))
  })

  it('is the same on every node that has the key, for a day', () => {
    let now = day
    const name = (key: number) => createSharedHiddenNames(new Uint8Array(32).fill(key), () => now)('203.0.113.0/24')
    const first = name(1)
    expect(name(1)).toBe(first)
    expect(name(2)).not.toBe(first)
    now = 2 * day
    expect(name(1)).not.toBe(first)
  })
})
