import type { Bytes } from './raw-http.ts'
import type { Cases, World } from './world.ts'

/** What is written to a port, and what comes back. */
export interface HostileBytes {
  readonly send: readonly Bytes[]
  readonly pace?: 'byte by byte'
  /** What the answers' statuses are: Node's own where it is no HTTP. Empty: the server hangs up. */
  readonly statuses: readonly number[]
  /** The codes of their bodies, of those that have one. */
  readonly codes?: readonly string[]
  /** So many connections send it, and say no more: a good vote is cast, then they hang up. */
  readonly heldBy?: number
}

const request = (line: string, headers: readonly string[] = [], body: Bytes = ''): Bytes[] => [
  [`${line} HTTP/1.1`, 'host: x', 'connection: close', ...headers, '\r\n'].join('\r\n'),
  body,
]
const asIs = (text: string, statuses: readonly number[]): HostileBytes => ({ send: [text], statuses })
const alive = 'GET /live-poll/health/live'
const refused = (line: string, headers: readonly string[] = [], body: Bytes = ''): HostileBytes => ({
  send: request(line, headers, body),
  statuses: [400],
})

const json = 'content-type: application/json'
const voteBody = '{"voteId":"v","choices":[1]}'
const voteHead = ({ pollId, voter }: World, ...headers: string[]) =>
  request(`PUT /live-poll/polls/${pollId}/vote`, [json, `authorization: Bearer ${voter.token}`, ...headers])
const withLength = (text: string) => `content-length: ${Buffer.byteLength(text)}`
const inChunks = (text: string) => [...text].map((byte) => `1\r\n${byte}\r\n`).join('')

/** Messages that two servers in a row might read as different requests (RFC 9112, section 11.2), and what is no HTTP. */
export const framingCases: Cases<HostileBytes> = {
  'a body of a length and in chunks': refused(
    'POST /live-poll/voters',
    [json, 'content-length: 2', 'transfer-encoding: chunked'],
    '0\r\n\r\n',
  ),
  'two lengths': refused('POST /live-poll/voters', [json, 'content-length: 2', 'content-length: 3'], '{}'),
  'a length below nothing': refused('POST /live-poll/voters', [json, 'content-length: -1'], '{}'),
  'a length of another notation': refused('POST /live-poll/voters', [json, 'content-length: 0x2'], '{}'),
  'a length beyond 64 bits': refused('POST /live-poll/voters', [json, 'content-length: 99999999999999999999'], '{}'),
  'a chunk of no number': refused(
    'POST /live-poll/voters',
    [json, 'transfer-encoding: chunked'],
    'x\r\n{}\r\n0\r\n\r\n',
  ),
  'a chunk beyond 64 bits': refused(
    'POST /live-poll/voters',
    [json, 'transfer-encoding: chunked'],
    'fffffffffffffffff\r\n{}',
  ),
  'a coding that is not known': refused('POST /live-poll/voters', [json, 'transfer-encoding: chunky'], '{}'),
  'a header over two lines': refused(alive, ['x-a: b\r\n c']),
  'a header with a space in its name': refused(alive, ['x a: b']),
  'a header with a NUL': refused(alive, ['x-a: b\0c']),
  'a header of a bare line feed': refused(alive, ['x-a: b\nx-c: d']),
  'headers of 20 KB': { send: request(alive, [`x-a: ${'b'.repeat(20_000)}`]), statuses: [431] },
  'three thousand headers': {
    send: request(
      alive,
      Array.from({ length: 3000 }, (_, n) => `x${n}: ${n}`),
    ),
    statuses: [431],
  },
  'a path of 20 KB': { send: request(`GET /live-poll/polls/${'p'.repeat(20_000)}`), statuses: [431] },
  'a path with a space': refused('GET /live-poll/polls/a b'),
  'a path with a NUL': refused('GET /live-poll/polls/a\0b'),
  'a method that there is not': refused('VOTE /live-poll/voters'),
  'a method in small letters': refused('get /live-poll/health/live'),
  'a version to come': asIs('GET /live-poll/health/live HTTP/9.9\r\nhost: x\r\n\r\n', [400]),
  'no version': asIs('GET /live-poll/health/live\r\n\r\n', [200]),
  'no host': asIs('GET /live-poll/health/live HTTP/1.1\r\nconnection: close\r\n\r\n', [400]),
  'the greeting of TLS': { send: [Buffer.from('16030100a5010000a10303', 'hex'), '\r\n\r\n'], statuses: [400] },
  'the greeting of HTTP/2': asIs('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400]),
  'commands of Redis': asIs('*1\r\n$8\r\nFLUSHALL\r\n', [400]),
  'a tunnel': { send: request('CONNECT example.org:443'), statuses: [] },
  'a request for another server': { send: request('GET http://example.org/live-poll/health/live'), statuses: [404] },
  'a request for no path': { send: request('OPTIONS *'), statuses: [404] },
  'a request to trace': { send: request('TRACE /live-poll/voters'), statuses: [405], codes: ['METHOD_NOT_ALLOWED'] },
  'a method of another header': ({ pollId }) => ({
    send: request(`POST /live-poll/polls/${pollId}`, ['x-http-method-override: DELETE', 'content-length: 0']),
    ...{ statuses: [405], codes: ['METHOD_NOT_ALLOWED'] },
  }),
  'a path of bytes that are no UTF-8': {
    send: [Buffer.from('GET /live-poll/polls/\xff\xfe HTTP/1.1\r\nhost: x\r\n\r\n', 'latin1')],
    statuses: [400],
  },
  'a host of another': {
    send: request(alive, ['origin: http://evil.example', 'x-forwarded-host: evil.example']),
    statuses: [403],
    codes: ['ORIGIN_NOT_ALLOWED'],
  },
  'a body that says it is 100 MB': {
    send: request('POST /live-poll/voters', [json, 'content-length: 100000000', 'expect: 100-continue']),
    ...{ statuses: [100, 413], codes: ['TOO_LARGE'] },
  },
  'a body of more than it says': {
    send: [
      'POST /live-poll/voters HTTP/1.1\r\nhost: x\r\n',
      `${json}\r\ncontent-length: 2\r\n\r\n{}{"relay":true}\r\n\r\n`,
    ],
    statuses: [400],
  },
  'fifty requests at once': {
    send: [`${alive} HTTP/1.1\r\nhost: x\r\n\r\n`.repeat(49), ...request(alive)],
    statuses: Array.from({ length: 50 }, () => 200),
  },
}

/** Those who take their time keep nobody waiting but themselves. */
export const slowCases: Cases<HostileBytes> = {
  'headers, byte by byte': { send: request(alive), pace: 'byte by byte', statuses: [200] },
  'a vote, byte by byte': (world) => ({
    send: [...voteHead(world, withLength(voteBody)), voteBody],
    ...{ pace: 'byte by byte', statuses: [200] },
  }),
  'a vote in chunks of a byte': (world) => ({
    send: [...voteHead(world, 'transfer-encoding: chunked'), `${inChunks(voteBody)}0\r\n\r\n`],
    statuses: [200],
  }),
  'a vote that is no JSON, byte by byte': (world) => ({
    send: [...voteHead(world, 'content-length: 9'), '{"voteId"'],
    ...{ pace: 'byte by byte', statuses: [400], codes: ['BAD_JSON'] },
  }),
  'a body in chunks that never ends': {
    send: [
      ...request('POST /live-poll/voters', [json, 'transfer-encoding: chunked']),
      `10000\r\n${'x'.repeat(65_536)}\r\n`.repeat(30),
    ],
    ...{ statuses: [413], codes: ['TOO_LARGE'] },
  },
  'fifty that do not finish their headers': {
    ...{ send: [`${alive} HTTP/1.1\r\nhost: x\r\nx-a: `], statuses: [], heldBy: 50 },
  },
  'fifty that do not finish their body': (world) => ({
    ...{ send: [...voteHead(world, withLength(voteBody)), voteBody.slice(0, -1)], statuses: [], heldBy: 50 },
  }),
  'fifty that do not finish a chunk': (world) => ({
    ...{ send: [...voteHead(world, 'transfer-encoding: chunked'), 'ffff\r\n{'], statuses: [], heldBy: 50 },
  }),
  'fifty that say nothing': { send: [], statuses: [], heldBy: 50 },
  'twenty that ask again and again, and do not read': ({ pollId }) => ({
    ...{ send: [`GET /live-poll/polls/${pollId} HTTP/1.1\r\nhost: x\r\n\r\n`.repeat(20)], statuses: [], heldBy: 20 },
  }),
}
