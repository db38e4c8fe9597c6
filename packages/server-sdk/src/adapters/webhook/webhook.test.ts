import { expect, it } from 'vitest'
import { webhook } from './webhook.ts'

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const url = 'https://receiver.example/polls'

it.each([
  [{ url: 'http://receiver.example' }, /https/],
  [{ url: 'ftp://receiver.example', allowPrivate: true }, /https/],
  [{ url: 'receiver' }, /https/],
  [{ url: 'https://ada:secret@receiver.example' }, /user and password/],
  [{ secret: 'whsec_c2hvcnQ=' }, /24 to 64 bytes/],
  [{ secret: Buffer.alloc(32).toString('base64') }, /whsec_/],
  [{ events: ['vote.cast'] }, /"vote.cast"/],
  [{ timeout: 0 }, /timeout/],
])('refuses %j', (wrong, message) => {
  expect(() => webhook({ url, secret, ...wrong } as Parameters<typeof webhook>[0])).toThrow(message)
})

it('is named by where it leads', () => {
  expect(webhook({ url: `${url}?key=1`, secret }).name).toBe('webhook:receiver.example/polls')
  expect(webhook({ url, secret, name: 'crm' }).name).toBe('crm')
})

it('is tried again with pauses of up to ten minutes, and gives up after a day, in the order of a poll', () => {
  const minute = 60_000
  const expected = { order: 'poll', longestPause: 10 * minute, giveUpAfter: 24 * 60 * minute }
  expect(webhook({ url, secret })).toMatchObject(expected)
})

it.each([
  'https://127.0.0.1/',
  'https://[::1]/',
  'https://2130706433/',
  'https://0x7f.1/',
  'https://localhost/',
  'https://[::ffff:10.0.0.1]/',
])('sends nothing to %s', async (address) => {
  const event = { id: 'e', type: 'poll.opened', pollId: 'p', box: 0, at: '', json: '{}' } as const
  const sink = webhook({ url: address, secret })
  const sent = 'deliverTexts' in sink && sink.deliverTexts([event])
  await expect(sent).rejects.toThrow(/not a public address/)
})
