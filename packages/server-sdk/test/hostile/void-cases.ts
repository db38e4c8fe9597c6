import { limits } from '@live-poll/client-sdk/protocol'
import { adminKey } from '../admin-key.ts'
import type { HostileRequest } from './request-cases.ts'
import { tokenOf } from './start-hostile-process.ts'
import type { Case, Cases } from './world.ts'

const good = { filter: { choices: [1] }, reason: 'Bought' }

const refused =
  (at: string, body: unknown): Case<HostileRequest> =>
  ({ ownedId }) => ({
    ...{ method: 'POST', path: `/polls/${ownedId}/void`, token: tokenOf('alice'), body, code: 'INVALID', at },
  })
const filtered = (at: string, filter: unknown) => refused(at, { ...good, filter })
const because = (reason: unknown) => refused('reason', { ...good, reason })

/** What must never take out every vote. */
export const voidCases: Cases<HostileRequest> = {
  'no filter': refused('filter', { reason: 'Bought' }),
  'a filter of nothing': filtered('filter', {}),
  'a filter that is null': filtered('filter', null),
  'a filter that is a list': filtered('filter', [{ choices: [1] }]),
  'a filter in a prototype': refused('filter.__proto__', '{"filter":{"__proto__":{"choices":[1]}},"reason":"Bought"}'),
  'a filter that objects have': filtered('filter.hasOwnProperty', { hasOwnProperty: [1] }),
  'a filter that is misspelt': filtered('filter.choice', { choice: [1] }),
  'no choices': filtered('filter.choices', { choices: [] }),
  'a choice that is a statement': filtered('filter.choices', { choices: ['1 or 1=1'] }),
  'a choice that is a list': filtered('filter.choices', { choices: [[1]] }),
  'choices that say they are long': filtered('filter.choices', { choices: { length: 1, 0: 1 } }),
  'no voters': filtered('filter.voterKeys', { voterKeys: [] }),
  'a voter that is any': filtered('filter.voterKeys', { voterKeys: ['%'] }),
  'a voter that is a statement': filtered('filter.voterKeys', { voterKeys: [`' or '1'='1' or voter_key = '`] }),
  'a voter with a NUL': filtered('filter.voterKeys', { voterKeys: [`${'a'.repeat(21)}\0`] }),
  'a voter with a line break at its end': filtered('filter.voterKeys', { voterKeys: [`${'a'.repeat(22)}\n`] }),
  'more voters than one may name': filtered('filter.voterKeys', {
    voterKeys: Array.from({ length: limits.voidedKeys + 1 }, () => 'a'.repeat(22)),
  }),
  'a time that is not in the calendar': filtered('filter.acceptedFrom', { acceptedFrom: '2026-02-30T00:00:00Z' }),
  'a time of no offset': filtered('filter.acceptedBefore', { acceptedBefore: '2026-02-28T00:00:00' }),
  'a time that is null': filtered('filter.acceptedFrom', { acceptedFrom: null }),
  'no reason': because(undefined),
  'a reason with a NUL': because('Bought\0'),
  'a reason with half a pair': because('Bought\ud83c'),
  'a reason that turns direction': because('\u202ethguoB'),
  'a reason of nothing that is seen': because('\u200b'),
  'a reason too long': because('x'.repeat(limits.reasonLength + 1)),
  'a dry run that is a text': refused('isDryRun', { ...good, isDryRun: 'true' }),
  'a dry run that is misspelt': refused('dryRun', { ...good, dryRun: true }),
  'a reason that is a statement, which is a reason': ({ ownedId }) => ({
    ...{ method: 'POST', path: `/polls/${ownedId}/void`, token: tokenOf('alice'), code: 200, shows: { voided: 0 } },
    body: { ...good, reason: `'); delete from live_poll_votes; --` },
  }),
}

const erase = (name: string, fields: Partial<HostileRequest>): HostileRequest => ({
  ...{ method: 'DELETE', path: `/voters/${name}`, token: adminKey, code: 'INVALID' },
  ...fields,
})

/** What must never forget another than who is named. */
export const eraseCases: Cases<HostileRequest> = {
  'a voter, by that voter': ({ voter }) => erase(voter.id, { token: voter.token, code: 'FORBIDDEN' }),
  'a voter, by nobody': ({ victim }) => erase(victim.id, { token: undefined, code: 'UNAUTHENTICATED' }),
  'a name with a NUL': erase('a%00b', {}),
  'a name of two lines': erase('a%0d%0ab', {}),
  'a name with half a pair': erase('%ed%a0%80', {}),
  'a name that is no UTF-8': erase('%ff', {}),
  'a name of half an escape': erase('%e0%a4%a', {}),
  'a name of 201 letters': erase('x'.repeat(201), {}),
  'no name': erase('', { code: 'METHOD_NOT_ALLOWED' }),
  'a name that is a statement, which is a name': erase(encodeURIComponent(`' or '1'='1`), { code: 200 }),
  'a name that is any, which is a name': erase('%25', { code: 200 }),
  'a name that objects have': erase('__proto__', { code: 200 }),
}
