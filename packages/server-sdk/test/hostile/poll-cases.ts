import { limits } from '@live-poll/client-sdk/protocol'
import { adminKey } from '../admin-key.ts'
import type { HostileRequest } from './request-cases.ts'
import type { Cases } from './world.ts'

/** Shown as it was sent, with no effect of its own. */
const metacharacters = [
  `'); drop table live_poll_polls; --`,
  `" or "1"="1" /* \\' */ ;;`,
  '%s %n %00 $1 ? :name @@version \\x00 \\',
  '*3 $3 DEL $1 * {live-poll}:* EVAL "return 1" 0',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: what a template would replace
  '${7*7} {{7*7}} <%= 7*7 %> #{7*7} `id`',
  '<script>alert(1)</script> &lt; "><img src=x onerror=alert(1)>',
  'مرحبا \u200f שלום',
  '👩‍👩‍👧 🏴󠁧󠁢󠁳󠁣󠁴󠁿 𝕊𝕠𝕦𝕡',
]

const good = { question: 'Lunch?', choices: ['Soup', 'Salad'] }
const create = { method: 'POST', path: '/polls', token: adminKey } as const

const refusedAt = (at: string, fields: object): HostileRequest => ({
  ...create,
  body: { ...good, ...fields },
  code: 'INVALID',
  at,
})

/** JSON that `JSON.stringify` would not write. */
const refusedJson = (at: string, body: string): HostileRequest => ({ ...create, body, code: 'INVALID', at })

const withLabel = (label: unknown) => refusedAt('choices.1', { choices: ['Soup', label] })
const withTime = (closesAt: unknown) => refusedAt('closesAt', { closesAt })

export const textCases: Cases<HostileRequest> = {
  'a question with a NUL': refusedAt('question', { question: 'Lunch\0?' }),
  'a question of a NUL written as an escape': refusedJson('question', '{"question":"\\u0000","choices":["a","b"]}'),
  'a label with the first half of a pair': withLabel('\ud83c'),
  'a label with the second half of a pair': withLabel('Salad \udf72'),
  'a label with the halves the wrong way round': withLabel('\udf72\ud83c'),
  'a label with a bell': withLabel('Sal\x07ad'),
  'a label with a control character of C1': withLabel('Sal\x9bad'),
  'a label that turns from right to left': withLabel('\u202edalaS'),
  'a question whose isolate never ends': refusedAt('question', { question: '\u2067Lunch?' }),
  'a question that ends what it did not begin': refusedAt('question', { question: 'Lunch?\u202c' }),
  'a label of 150 marks on a letter': withLabel(`S${'\u0301'.repeat(150)}alad`),
  'a question of towers of marks': refusedAt('question', {
    question: 'Lunch?'.replace(/./g, `$&${'\u0316'.repeat(40)}`),
  }),
  'a label of nothing but spaces of no width': withLabel('\u200b\u2060'),
  'a label of nothing but a Hangul filler': withLabel('\u3164'),
  'a label that is a choice already, but for its width': withLabel('Ｓｏｕｐ'),
  'a label that is a choice already, but for its composition': refusedAt('choices.1', {
    choices: ['Café', 'Cafe\u0301'],
  }),
  'a label that is a choice already, but for a ligature': refusedAt('choices.1', { choices: ['official', 'oﬃcial'] }),
  'a label that is a choice already, but for its spaces': refusedAt('choices.1', {
    choices: ['Ice cream', 'Ice\u00a0 cream'],
  }),
  'a label that is a choice already, but for a space of no width': withLabel('So\u200bup'),
  'a label that is a choice already, but for its case': withLabel('sOUP'),
  'a label that is an object': withLabel({ label: { toString: 'Salad' } }),
  'a label of 101 pairs': withLabel('🍲'.repeat(limits.labelLength / 2 + 1)),
  'a question as long as the body may be': refusedAt('question', { question: 'q'.repeat(limits.bodyBytes - 100) }),
  'twenty thousand choices': refusedAt('choices', { choices: Array.from({ length: 20_000 }, () => '') }),
  ...Object.fromEntries(
    metacharacters.map((text, index) => [
      `a question and labels of metacharacters (${index + 1}), which mean nothing`,
      {
        ...create,
        body: { question: text, choices: [text, `${text} 2`] },
        code: 201,
        shows: { question: text, choices: [{ label: text }, { label: `${text} 2` }] },
      },
    ]),
  ),
  'labels that break lines': {
    ...create,
    body: { ...good, choices: ['Soup\r\n$3\r\nDEL', 'Salad\u2028of\u2029the\tday'] },
    code: 201,
    shows: { choices: [{ label: 'Soup $3 DEL' }, { label: 'Salad of the day' }] },
  },
  'an idempotency key of metacharacters': {
    ...create,
    body: good,
    headers: { 'idempotency-key': `'; delete from live_poll_requests; -- {*}` },
    code: 201,
  },
}

export const timeCases: Cases<HostileRequest> = {
  'the last day JavaScript knows': withTime('+275760-09-13T00:00:00.000Z'),
  'a year of six digits': withTime('275760-09-13T00:00:00Z'),
  'the year 0': withTime('0000-01-01T00:00:00Z'),
  'a year before Christ': withTime('-000001-01-01T00:00:00Z'),
  'a time before 1970': withTime('1969-12-31T23:59:59Z'),
  'the end of 9999, further west': withTime('9999-12-31T23:59:59-12:00'),
  'February 30': withTime('2030-02-30T12:00:00Z'),
  'February 29 of another year': withTime('2030-02-29T12:00:00Z'),
  'April 31': withTime('2030-04-31T12:00:00Z'),
  'a leap second': withTime('2030-06-30T23:59:60Z'),
  '24 o’clock': withTime('2030-06-30T24:00:00Z'),
  'an offset of 99 hours': withTime('2030-06-30T12:00:00+99:00'),
  'an offset of 99 minutes': withTime('2030-06-30T12:00:00+01:99'),
  'no offset': withTime('2030-06-30T12:00:00'),
  'digits of Arabic': withTime('٢٠٣٠-06-30T12:00:00Z'),
  'a time in a list': withTime(['2030-06-30T12:00:00Z']),
  'milliseconds since 1970': withTime(1_900_000_000_000),
  'an infinite number': refusedJson('closesAt', '{"question":"a","choices":["a","b"],"closesAt":1e400}'),
  'a time of a thousand digits': withTime(`2030-06-30T12:00:00.${'0'.repeat(1000)}Z`),
  'a time and a statement': withTime(`2030-06-30T12:00:00Z'; select pg_sleep(10); --`),
}

export const shapeCases: Cases<HostileRequest> = {
  '__proto__ beside the fields': refusedJson(
    '__proto__',
    '{"__proto__":{"canChange":false},"question":"a","choices":["a","b"]}',
  ),
  '__proto__ in place of the fields': refusedJson('question', '{"__proto__":{"question":"a","choices":["a","b"]}}'),
  '__proto__ in a choice': refusedJson(
    'choices.1.__proto__',
    '{"question":"a","choices":["a",{"__proto__":{"id":1},"label":"b"}]}',
  ),
  '__proto__ in the ballot': refusedJson(
    'ballot.__proto__',
    '{"question":"a","choices":["a","b"],"ballot":{"__proto__":{"max":9}}}',
  ),
  'a constructor': refusedJson(
    'constructor',
    '{"constructor":{"prototype":{"min":0}},"question":"a","choices":["a","b"]}',
  ),
  'a field of each name that objects have': refusedJson(
    'hasOwnProperty',
    '{"hasOwnProperty":1,"toString":1,"valueOf":1}',
  ),
  'a name twice: the last counts': {
    ...create,
    body: '{"question":"First?","question":"Last?","choices":["a","b"],"choices":["c","d"]}',
    code: 201,
    shows: { question: 'Last?', choices: [{ label: 'c' }, { label: 'd' }] },
  },
  'arrays 20,000 deep': refusedJson('question', `{"question":${'['.repeat(20_000)}${']'.repeat(20_000)}}`),
  'objects 10,000 deep': refusedJson('question', `{"question":${'{"":'.repeat(10_000)}1${'}'.repeat(10_000)}}`),
  'a choice 20,000 arrays deep': refusedJson(
    'choices.1',
    `{"question":"a","choices":["a",${'['.repeat(20_000)}${']'.repeat(20_000)}]}`,
  ),
  'arrays that never end': { ...create, body: '['.repeat(60_000), code: 'BAD_JSON' },
  'eight thousand fields that are not known': refusedJson(
    'f0',
    `{${Array.from({ length: 6000 }, (_, n) => `"f${n}":0`).join()}}`,
  ),
  'a field with a name of 60,000 letters': refusedJson('question', `{"${'n'.repeat(60_000)}":0}`),
  'a number too large': refusedJson('ballot.max', '{"question":"a","choices":["a","b"],"ballot":{"max":1e400}}'),
  'a number of 60,000 digits': refusedJson(
    'minVoters',
    `{"question":"a","choices":["a","b"],"minVoters":${'9'.repeat(60_000)}}`,
  ),
  'a number below one': refusedJson('boxes', '{"question":"a","choices":["a","b"],"boxes":1e-400}'),
  'boxes without end': refusedAt('boxes', { boxes: 2 ** 53 }),
  'choices that say they are long': refusedAt('choices', { choices: { length: 2, 0: 'a', 1: 'b' } }),
  'an owner, and a poll of another’s choosing': refusedAt('owner', {
    owner: 'victim',
    id: 'p_mine',
    salt: '',
    epoch: 9,
  }),
}
