import { gzipSync } from 'node:zlib'
import { type ErrorCode, limits } from '@live-poll/client-sdk/protocol'
import { expect } from 'vitest'
import { adminKey } from '../admin-key.ts'
import type { CallOptions } from '../http-client.ts'
import { type Cases, inAnHour, renamed, sign, type World } from './world.ts'

export interface HostileRequest extends CallOptions {
  readonly method: string
  readonly path: string
  /** What it is answered: a code of the table, or the status of a success. */
  readonly code: ErrorCode | number
  /** Where an issue is. */
  readonly at?: string
  /** What the answer has in it. */
  readonly shows?: object
  /** What it does not have in it. */
  readonly conceals?: readonly string[]
}

const encoded = encodeURIComponent
const readPoll = (id: string): HostileRequest => ({ method: 'GET', path: `/polls/${id}`, code: 'POLL_NOT_FOUND' })
const list = (query: string, at: string): HostileRequest => ({
  ...{ method: 'GET', path: `/polls?${query}`, token: adminKey, code: 'INVALID', at },
})

export const idCases: Cases<HostileRequest> = {
  'a poll id that is always true': readPoll(encoded(`' or '1'='1`)),
  'a poll id and a statement': ({ pollId }) => readPoll(encoded(`${pollId}'; drop table live_poll_votes; --`)),
  'a poll id and a NUL': ({ pollId }) => readPoll(`${pollId}%00`),
  'a poll id and a space': ({ pollId }) => readPoll(`${pollId}%20`),
  'a poll id in the other case': ({ pollId }) => readPoll(pollId.replace(/[a-z]/gi, (letter) => otherCase(letter))),
  'a poll id in wide letters': readPoll(encoded('ｐ_x')),
  'a poll id of any sign': readPoll('%25'),
  'a poll id of a joker': readPoll('*'),
  'a poll id of a hash tag': readPoll(encoded('{p_x}:results')),
  'a poll id of two lines': readPoll(encoded('p_x\r\nDEL *\r\n')),
  'a poll id of the folder above': readPoll('..%2f..%2fetc%2fpasswd'),
  'a poll id of a slash in two bytes too many': readPoll('..%c0%af'),
  'a poll id of half an escape': readPoll('%e0%a4%a'),
  'a poll id of 8,000 letters': readPoll('p'.repeat(8000)),
  'a poll id of __proto__': readPoll('__proto__'),
  'a poll id of constructor': readPoll('constructor'),
  'a file of the folder above': { method: 'GET', path: '/widget/..%2f..%2f/package.json', code: 'NOT_FOUND' },
  'a chunk of __proto__': { method: 'GET', path: '/widget/__proto__/constructor.js', code: 'NOT_FOUND' },
  'a route of __proto__': { method: 'GET', path: '/__proto__', code: 'NOT_FOUND' },
  'a route of every object': { method: 'POST', path: '/polls/constructor/toString', code: 'NOT_FOUND' },
  'a cursor that is always true': list(`cursor=${encoded(`' or '1'='1`)}`, 'cursor'),
  'a cursor and a statement': list(`cursor=${encoded(`0_p'; delete from live_poll_polls; --`)}`, 'cursor'),
  'a cursor with a NUL': list('cursor=0_p%00', 'cursor'),
  'a cursor of no number': list('cursor=NaN_p', 'cursor'),
  'a cursor before 1970': list('cursor=-1_p', 'cursor'),
  'a cursor in the year 275760': list('cursor=8640000000000000_p', 'cursor'),
  'a cursor with half a pair': list('cursor=0_%ed%a0%80', 'cursor'),
  'a limit and a statement': list(`limit=${encoded('1; drop table live_poll_polls')}`, 'limit'),
  'a limit of another notation': list('limit=0x10', 'limit'),
  'a limit with spaces': list('limit=%201%20', 'limit'),
  'a limit without end': list('limit=Infinity', 'limit'),
  'ten thousand parameters': ({ pollId }) => ({
    ...{ method: 'GET', path: `/polls/${pollId}?${'a&'.repeat(6000)}`, code: 200, shows: { id: pollId } },
  }),
}

const vote = { voteId: 'v', choices: [1], revision: 0 }
const cast = ({ pollId, voter }: World, options: Partial<HostileRequest>): HostileRequest => ({
  ...{ method: 'PUT', path: `/polls/${pollId}/vote`, token: voter.token, body: vote, code: 'INVALID' },
  ...options,
})
const invalidVote = (at: string, fields: object | string) => (world: World) =>
  cast(world, { body: typeof fields === 'string' ? fields : { ...vote, ...fields }, at })

export const voteCases: Cases<HostileRequest> = {
  'a vote id and a statement': invalidVote('voteId', { voteId: `v'; drop table live_poll_votes; --` }),
  'a vote id with a NUL': invalidVote('voteId', { voteId: 'v\0' }),
  'a vote id of another script': invalidVote('voteId', { voteId: 'ｖ' }),
  'a vote id with a line break at its end': invalidVote('voteId', { voteId: 'v\n' }),
  'a vote id that is a list': invalidVote('voteId', { voteId: ['v'] }),
  'choices that say they are long': invalidVote('choices', { choices: { length: 1, 0: 1 } }),
  'a choice that is a text': invalidVote('choices', { choices: ['1'] }),
  'a choice that is a list': invalidVote('choices', { choices: [[1]] }),
  'a choice below nothing': invalidVote('choices', { choices: [-1] }),
  'a choice beyond 16 bits': invalidVote('choices', { choices: [65_537] }),
  'more choices than any poll has': invalidVote('choices', { choices: Array.from({ length: 201 }, (_, n) => n + 1) }),
  'a revision without end': invalidVote('revision', '{"voteId":"v","choices":[1],"revision":1e400}'),
  'a revision below nothing': invalidVote('revision', { revision: -1 }),
  'an epoch beyond exact numbers': invalidVote('epoch', { epoch: 2 ** 53 }),
  'a vote in a prototype': invalidVote('voteId', '{"__proto__":{"voteId":"v","choices":[1]}}'),
  'a vote in a list': invalidVote('', '[{"voteId":"v","choices":[1]}]'),
  'a vote for another, who is not asked': (world) =>
    cast(world, { body: { ...vote, voter: world.victim.id }, code: 200, shows: { revision: 1 } }),
  'a vote id that objects have': (world) =>
    cast(world, { body: { ...vote, voteId: '__proto__' }, code: 200, shows: { voteId: '__proto__', revision: 1 } }),
  'a vote of another poll’s epoch': (world) => cast(world, { body: { ...vote, epoch: 7 }, code: 'EPOCH_CHANGED' }),
  'a retraction of a vote that is another’s': (world) =>
    cast(world, { method: 'DELETE', path: `/polls/${world.pollId}/vote?voteId=v`, body: undefined, code: 'NOT_FOUND' }),
}

const asVoter = (make: (world: World) => string) => (world: World) =>
  cast(world, { token: make(world), code: 'UNAUTHENTICATED' })
const asOrganizer = (authorization: string, code: ErrorCode = 'UNAUTHENTICATED'): HostileRequest => ({
  ...{ method: 'GET', path: '/polls', headers: { authorization }, code },
})
const events = (make: (world: World) => string) => (world: World) =>
  cast(world, {
    ...{ method: 'GET', path: `/polls/${world.pollId}/events?ticket=${encoded(make(world))}` },
    ...{ body: undefined, token: undefined, code: 'UNAUTHENTICATED' },
  })
const signatureOf = (credential: string) => credential.split('.')[1] ?? ''

export const credentialCases: Cases<HostileRequest> = {
  'a token signed by another': asVoter(({ victim }) => sign('lpv_', ['user', victim.id, inAnHour()], 'x'.repeat(32))),
  'a token of before': asVoter(({ victim }) => sign('lpv_', ['user', victim.id, 1])),
  'a token with the name of another': asVoter(({ voter, victim }) => renamed(voter, victim.id)),
  'a token without its signature': asVoter(({ victim }) => victim.token.slice(0, -signatureOf(victim.token).length)),
  'a token with half its signature': asVoter(({ victim }) => victim.token.slice(0, -20)),
  'a token with two signatures': asVoter(({ voter }) => `${voter.token}.${signatureOf(voter.token)}`),
  'a token whose signature goes on': asVoter(({ voter }) => `${voter.token}!!`),
  'a ticket for a token': asVoter(({ voter }) => voter.ticket),
  'a ticket that calls itself a token': asVoter(({ voter }) => voter.ticket.replace('lpt_', 'lpv_')),
  'a relay’s ticket that calls itself a token': asVoter(({ relayTicket }) => relayTicket.replace('lpt_', 'lpv_')),
  'a token of a kind that there is not': asVoter(() => sign('lpv_', ['admin', 'ed', inAnHour()])),
  'a token with a NUL in its name': asVoter(() => sign('lpv_', ['user', 'a\0b', inAnHour()])),
  'a token for ever': asVoter(() => sign('lpv_', '["user","ed","for ever"]')),
  'a token whose claims are an object': asVoter(() => sign('lpv_', '{"__proto__":["user","ed",9e9]}')),
  'a token whose claims are no JSON': asVoter(() => sign('lpv_', '["user",')),
  'a token whose claims are null': asVoter(() => sign('lpv_', null)),
  'a token of 15,000 letters': asVoter(() => `lpv_${'A'.repeat(15_000)}.AAAA`),
  'a token signed by nobody, as JWTs may be': asVoter(() => 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJlZCJ9.'),
  'an admin key for a token': asVoter(() => adminKey),
  'a token for an admin key': ({ voter }) => asOrganizer(`Bearer ${voter.token}`, 'FORBIDDEN'),
  'an admin key with one letter more': asOrganizer(`Bearer ${adminKey}k`),
  'an admin key with one letter less': asOrganizer(`Bearer ${adminKey.slice(0, -1)}`),
  'an admin key in capitals': asOrganizer(`Bearer ${adminKey.toUpperCase()}`),
  'an admin key by another scheme': asOrganizer(`Basic ${adminKey}`),
  'an admin key beside a token': asOrganizer(`Bearer lpv_x, Bearer ${adminKey}`),
  'an admin key in Latin-1': asOrganizer('Bearer lpa_clé'),
  'a scheme alone': asOrganizer('Bearer'),
  'a token for a ticket': events(({ voter }) => voter.token),
  'a token that calls itself a ticket': events(({ voter }) => voter.token.replace('lpv_', 'lpt_')),
  'a ticket of before': events(({ victim }) => sign('lpt_', ['user', victim.id, 1])),
  'a ticket signed by another': events(({ victim }) => sign('lpt_', ['user', victim.id, inAnHour()], 'x'.repeat(32))),
  'a ticket of a kind that there is not': events(() => sign('lpt_', ['root', '', inAnHour()])),
  'a relay, in a prototype': {
    ...{ method: 'POST', path: '/voters', body: '{"__proto__":{"relay":true}}', code: 200 },
    shows: { token: expect.stringMatching(/^lpv_/) },
  },
}

const body = (options: Partial<HostileRequest>): HostileRequest => ({
  ...{ method: 'POST', path: '/voters', token: adminKey, code: 'BAD_JSON' },
  ...options,
})
const names = (voters: unknown, at: string) => body({ body: { voters }, code: 'INVALID', at })

export const bodyCases: Cases<HostileRequest> = {
  'a body of zip': body({ body: gzipSync('{}'), headers: { 'content-encoding': 'gzip' } }),
  'a body of UTF-16': body({
    body: Buffer.from('{"relay":true}', 'utf16le'),
    type: 'application/json; charset=utf-16',
  }),
  'a body with half a pair in three bytes': body({ body: Buffer.from('7b2278223a22eda080227d', 'hex') }),
  'a body with a NUL in two bytes': body({ body: Buffer.from('7b2278223a22c080227d', 'hex') }),
  'a body beyond Unicode': body({ body: Buffer.from('7b2278223a22f5808080227d', 'hex') }),
  'a body that ends in a letter': body({ body: Buffer.from('7b2278223a22e4b8', 'hex') }),
  'a body with a bare NUL': body({ body: '{"x":"\0"}' }),
  'a body with a comment': body({ body: '{/* */}' }),
  'a body of JavaScript': body({ body: "{'relay':!0}" }),
  'a body of two': body({ body: '{"relay":true}{"relay":true}' }),
  'a body that is no number': body({ body: '{"relay":NaN}' }),
  'a body of 1.2 MB of brackets': body({ body: '['.repeat(1_200_000) }),
  'a body one byte too large': body({
    body: `{"voters":["${'x'.repeat(limits.namedVoters * 1203 - 13)}"]}`,
    code: 'TOO_LARGE',
  }),
  'a body of a form': body({ body: 'relay=true', type: 'application/x-www-form-urlencoded', code: 'UNSUPPORTED_TYPE' }),
  'a body of parts': body({ body: '--x--', type: 'multipart/form-data; boundary=x', code: 'UNSUPPORTED_TYPE' }),
  'a body that is nearly JSON': body({ body: '{}', type: 'application/json-seq', code: 'UNSUPPORTED_TYPE' }),
  'a type of a list of types': body({ body: '{}', type: 'text/plain, application/json', code: 'UNSUPPORTED_TYPE' }),
  'a body marked for its order of bytes': body({ body: '\ufeff{"relay":true}', code: 200 }),
  'a name with a NUL': names(['a\0b'], 'voters.0'),
  'a name with half a pair': body({ body: '{"voters":["ada","\\ud800"]}', code: 'INVALID', at: 'voters.1' }),
  'a name that is a list': names([['ada']], 'voters.0'),
  'a name of 201 letters': names(['x'.repeat(201)], 'voters.0'),
  'names that say they are long': names({ length: 1, 0: 'ada' }, 'voters'),
  'names of metacharacters, which are names': body({
    body: { voters: [`'; drop table live_poll_votes; --`, '{*}:$1', '__proto__', '\u202eada'] },
    code: 200,
    shows: { voters: [{ id: `'; drop table live_poll_votes; --` }, { id: '{*}:$1' }, { id: '__proto__' }, {}] },
  }),
}

function otherCase(letter: string): string {
  return letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()
}
