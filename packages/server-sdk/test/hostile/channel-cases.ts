import { limits } from '@live-poll/client-sdk/protocol'
import { adminKey } from '../admin-key.ts'
import type { WebSocketServerName } from '../listeners.ts'
import { frame, type Outcome, opcodes } from './raw-frames.ts'
import type { Bytes } from './raw-http.ts'
import { type Cases, inAnHour, renamed, sign, type World } from './world.ts'

/** What is sent on a channel, and what comes of it. */
export interface HostileFrames {
  /** Who says hello first: `nobody` says none. @default 'voter' */
  readonly as?: 'nobody' | 'visitor' | 'voter' | 'relay'
  /** A text is a message; bytes are written as they are. */
  readonly send: readonly Bytes[]
  readonly pace?: 'byte by byte'
  /** The code of an error, the type of an answer, or the code that the channel is closed with. Nothing: no answer. */
  readonly outcome: Outcome | Readonly<Record<WebSocketServerName, Outcome | undefined>> | undefined
  /** Says no more, while a good vote is cast. */
  readonly isHeld?: true
}

const ping = '{"type":"ping"}'
const message = (value: unknown, outcome: HostileFrames['outcome'], as?: HostileFrames['as']): HostileFrames => ({
  ...{ send: [typeof value === 'string' ? value : JSON.stringify(value)], outcome, as },
})
const hello = (make: (world: World) => object) => (world: World) =>
  message({ type: 'hello', ...make(world) }, 4401, 'nobody')
const vote = ({ pollId }: World, fields: object = {}) => ({
  type: 'vote',
  voteId: 'v',
  pollId,
  choices: [1],
  ...fields,
})

export const messageCases: Cases<HostileFrames> = {
  'a ticket signed by another': hello(({ victim }) => ({
    ticket: sign('lpt_', ['user', victim.id, inAnHour()], 'x'.repeat(32)),
  })),
  'a ticket of before': hello(({ victim }) => ({ ticket: sign('lpt_', ['user', victim.id, 1]) })),
  'a token for a ticket': hello(({ voter }) => ({ ticket: voter.token })),
  'a ticket for a token': hello(({ voter }) => ({ token: voter.ticket })),
  'a token that calls itself a ticket': hello(({ voter }) => ({ ticket: voter.token.replace('lpv_', 'lpt_') })),
  'a token with the name of another': hello(({ voter, victim }) => ({ token: renamed(voter, victim.id) })),
  'a relay’s ticket for a token': hello(({ relayTicket }) => ({ token: relayTicket })),
  'a relay of one’s own making': hello(({ voter }) => ({ ticket: renamed(voter, '').replace('lpv_', 'lpt_') })),
  'a ticket whose claims are an object': hello(() => ({ ticket: sign('lpt_', '{"__proto__":["relay","",9e9]}') })),
  'a ticket whose claims are no JSON': hello(() => ({ ticket: sign('lpt_', '[') })),
  'an admin key': hello(() => ({ token: adminKey })),
  'a good token beside a forged ticket': hello(({ voter }) => ({ ticket: 'lpt_W10.AAAA', token: voter.token })),
  'a hello as another': ({ victim }) => message({ type: 'hello', ticket: victim.ticket }, 'INVALID'),
  'a hello in a prototype': message('{"type":"hello","__proto__":{"ticket":"lpt_W10.AAAA"}}', 'welcome', 'nobody'),
  'a vote before hello': (world) => message(vote(world), 'INVALID', 'nobody'),
  'a vote of a visitor': (world) => message(vote(world), 'UNAUTHENTICATED', 'visitor'),
  'a vote for another': (world) => message(vote(world, { voter: world.victim.id }), 'INVALID'),
  'a relay’s vote for nobody': (world) => message(vote(world), 'INVALID', 'relay'),
  'a relay’s vote for a NUL': (world) => message(vote(world, { voter: 'a\0b' }), 'INVALID', 'relay'),
  'a relay’s vote for half a pair': (world) => message(vote(world, { voter: 'a\ud800' }), 'INVALID', 'relay'),
  'a relay’s vote for a statement, which is a name': (world) =>
    message(vote(world, { voter: `${world.victim.id}'; drop table live_poll_votes; --` }), 'voted', 'relay'),
  'a vote of a choice that is a statement': (world) => message(vote(world, { choices: [`1'; --`] }), 'INVALID'),
  'a vote id with a NUL': (world) => message(vote(world, { voteId: 'v\0' }), 'INVALID'),
  'a vote with a revision too large': ({ pollId }) =>
    message(`{"type":"vote","voteId":"v","pollId":"${pollId}","choices":[1],"revision":1e400}`, 'INVALID'),
  'a poll that is a statement': message({ type: 'watch', pollId: `p' or '1'='1` }, 'INVALID'),
  'a poll that is a topic': message({ type: 'watch', pollId: '*' }, 'INVALID'),
  'a poll that objects have': message({ type: 'watch', pollId: '__proto__' }, 'POLL_NOT_FOUND'),
  'a private poll of another': ({ privateId }) => message({ type: 'watch', pollId: privateId }, 'POLL_NOT_FOUND'),
  'a vote in a private poll of another': (world) => message(vote(world, { pollId: world.privateId }), 'POLL_NOT_FOUND'),
  'a vote without an invitation': (world) => message(vote(world, { pollId: world.invitedId }), 'INVITATION_INVALID'),
  'a poll in another case': ({ pollId }) => message({ type: 'watch', pollId: pollId.toUpperCase() }, 'POLL_NOT_FOUND'),
  'a type that is a list': message('{"type":["ping"]}', 'INVALID'),
  'a type in a prototype': message('{"__proto__":{"type":"ping"}}', 'INVALID'),
  'a type that objects have': message('{"type":"hasOwnProperty"}', 'INVALID'),
  'a type twice: the last counts': message('{"type":"welcome","type":"ping"}', 'pong'),
  'a type in escapes': message('{"\\u0074ype":"\\u0070ing"}', 'pong'),
  'a message of the server’s': message('{"type":"results","votes":[9,9]}', 'INVALID'),
  'arrays 16,000 deep': message('['.repeat(8000) + ']'.repeat(8000), 'INVALID'),
  'arrays that never end': message('['.repeat(limits.messageBytes), 'BAD_JSON'),
  'nothing but spaces': message(' '.repeat(limits.messageBytes), 'BAD_JSON'),
  'a mark of the order of bytes': message(`\ufeff${ping}`, 'BAD_JSON'),
  'a bare NUL': message('{"type":"ping","x":"\0"}', 'BAD_JSON'),
  'a message as large as it may be': message(ping.padEnd(limits.messageBytes), 'pong'),
  'a message one byte too large': message(ping.padEnd(limits.messageBytes + 1), 1009),
  'a message of letters of three bytes, too large': message(`{"type":"ping","x":"${'昼'.repeat(5500)}"}`, 1009),
  'five messages that are none': { send: ['{', '[]', '7', 'x', ''], outcome: 4400 },
  'two hundred messages at once': { send: Array.from({ length: 200 }, () => ping), outcome: 4429 },
  'two hundred hellos at once': ({ voter }) => ({
    ...{
      send: Array.from({ length: 200 }, () => JSON.stringify({ type: 'hello', ticket: voter.ticket })),
      outcome: 4429,
    },
  }),
  'two thousand votes of a relay at once, all the same': (world) => ({
    ...{
      send: Array.from({ length: 2000 }, () => JSON.stringify(vote(world, { voter: 'u' }))),
      as: 'relay',
      outcome: 'voted',
    },
  }),
}

const utf8 = Buffer.from('{"type":"ping","x":"🍲"}')
const middle = utf8.length - 4
const parts = (count: number, payload: Bytes = '') =>
  Array.from({ length: count }, () => frame({ fin: false, opcode: opcodes.continuation, payload }))
const start = (payload: Bytes) => frame({ fin: false, payload })
const end = (payload: Bytes) => frame({ opcode: opcodes.continuation, payload })
const closing = (code: number, reason: Bytes = '') =>
  frame({ opcode: opcodes.close, payload: Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]) })
/** `ws` says why it hangs up on what is no frame (RFC 6455, section 7.1.7), uWebSockets.js just does. */
const breach = (code: number, uws: Outcome = 1006) => ({ ws: code, 'uWebSockets.js': uws })

export const frameCases: Cases<HostileFrames> = {
  'a message in pieces, in the middle of a letter': {
    send: [start(utf8.subarray(0, middle)), end(utf8.subarray(middle))],
    outcome: 'pong',
  },
  'pieces with pings between them': {
    send: [start('{"type":'), frame({ opcode: opcodes.ping }), end('"ping"}')],
    outcome: 'pong',
  },
  'a message in pieces of a byte': {
    send: [start(''), ...[...ping].map((byte) => parts(1, byte)[0] as Buffer), end('')],
    outcome: 'pong',
  },
  'five thousand empty pieces': { send: [start(ping), ...parts(5000), end('')], outcome: 'pong' },
  'twenty thousand pieces of a byte': {
    send: [start(''), ...parts(20_000, ' '), end('')],
    outcome: breach(1008, 1009),
  },
  'pieces without end': { send: [start(''), ...parts(80, 'x'.repeat(1000))], outcome: breach(1009) },
  'pieces that end in the middle of a letter': {
    send: [start('{"x":"'), end(Buffer.from([0xf0, 0x9f]))],
    outcome: breach(1007),
  },
  'a piece of nothing before it': { send: [end(ping)], outcome: breach(1002) },
  'a message among the pieces of another': { send: [start('{'), frame({ payload: ping })], outcome: breach(1002) },
  'a ping in pieces': { send: [frame({ fin: false, opcode: opcodes.ping })], outcome: breach(1002) },
  'a ping of 126 bytes': { send: [frame({ opcode: opcodes.ping, payload: 'x'.repeat(126) })], outcome: breach(1002) },
  binary: { send: [frame({ opcode: opcodes.binary, payload: ping })], outcome: 1003 },
  'binary in pieces': { send: [frame({ fin: false, opcode: opcodes.binary, payload: ping }), end('')], outcome: 1003 },
  'compression that was not agreed on': { send: [frame({ rsv: 4, payload: ping })], outcome: breach(1002) },
  'every reserved bit': { send: [frame({ rsv: 7, payload: ping })], outcome: breach(1002) },
  'a frame of a kind to come': { send: [frame({ opcode: 3, payload: ping })], outcome: breach(1002) },
  'a control frame of a kind to come': { send: [frame({ opcode: 11 })], outcome: breach(1002) },
  'a frame without a mask': {
    send: [frame({ isMasked: false, payload: ping })],
    outcome: { ws: 1002, 'uWebSockets.js': undefined },
  },
  'a frame that says it is 2 GB': { send: [frame({ length: 2n ** 31n })], outcome: breach(1009) },
  'a frame that says it is 16 EB': { send: [frame({ length: 2n ** 64n - 1n })], outcome: breach(1009) },
  'a frame that says it is below nothing': { send: [frame({ length: 2n ** 63n })], outcome: breach(1009) },
  'a frame of broken UTF-8': {
    send: [frame({ payload: Buffer.from('7b2278223a22c080227d', 'hex') })],
    outcome: breach(1007),
  },
  'a frame with half a pair': {
    send: [frame({ payload: Buffer.from('7b2278223a22eda080227d', 'hex') })],
    outcome: breach(1007),
  },
  'a farewell': { send: [closing(1000, 'bye')], outcome: 1000 },
  'a farewell of a byte': { send: [frame({ opcode: opcodes.close, payload: 'x' })], outcome: breach(1002, 1005) },
  'a farewell of no code': { send: [closing(999)], outcome: breach(1002, 1005) },
  'a farewell of a code that is not sent': { send: [closing(1006)], outcome: breach(1002, 1005) },
  'a farewell of broken UTF-8': { send: [closing(1000, Buffer.from([0xff]))], outcome: breach(1007, 1005) },
  'messages after the farewell': { send: [closing(1000), ping, ping], outcome: 1000 },
  'an answer to a ping that was not sent': {
    send: [frame({ opcode: opcodes.pong, payload: 'x' }), ping],
    outcome: 'pong',
  },
  // `ws` answers as many at once as it can keep in mind, and hangs up on whoever sends more.
  'five thousand pings': {
    send: [Buffer.concat(Array.from({ length: 5000 }, () => frame({ opcode: opcodes.ping })))],
    outcome: breach(1006, 'control pong'),
  },
  HTTP: { send: [Buffer.from('GET /live-poll/health/live HTTP/1.1\r\nhost: x\r\n\r\n')], outcome: breach(1002) },
  'a message, byte by byte': { send: [ping], pace: 'byte by byte', outcome: 'pong' },
  'half a message': { send: [frame({ payload: ping }).subarray(0, 10)], outcome: undefined, isHeld: true },
  'half a frame’s length': { send: [Uint8Array.of(0x81, 0xff, 0, 0)], outcome: undefined, isHeld: true },
  'half a message in pieces': { send: [start('{"type":')], outcome: undefined, isHeld: true },
}
