import { createHmac, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Voter } from '../domain/voter.ts'
import { deriveKeys } from './keys.ts'
import { voterKey } from './voter-key.ts'

const secret = 'a secret of at least 32 bytes, for tests'
const salt = 'c29tZSBzYWx0IG9mIGEgcG9sbA'
const keys = deriveKeys(secret)
const ada: Voter = { kind: 'user', id: 'ada' }

it('is the same for the same voter, poll and secret, today and after an update', () => {
  // Written down: another key for the same voter would let everybody vote again.
  expect(voterKey(keys.voterKeys(salt), ada)).toBe('1pFUcXgUaaTuUAH-aXr2GA')
  expect(keys.id).toBe('uaPMf-jVNAgbMeby')
})

it('differs by kind, id, poll and secret', () => {
  const all = [
    voterKey(keys.voterKeys(salt), ada),
    voterKey(keys.voterKeys(salt), { kind: 'device', id: 'ada' }),
    voterKey(keys.voterKeys(salt), { kind: 'user', id: 'Ada' }),
    voterKey(keys.voterKeys('b3RoZXI'), ada),
    voterKey(deriveKeys(`${secret}!`).voterKeys(salt), ada),
  ]
  expect(new Set(all).size).toBe(all.length)
})

it('is the first 16 bytes of the HMAC, in 22 letters that tell nothing of the voter', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 64 }),
      fc.string({ minLength: 1, unit: 'binary', maxLength: 600, size: 'max' }),
      (pollKey, id) => {
        const mac = createHmac('sha256', pollKey).update(`user\0${id}`).digest()
        expect(voterKey(pollKey, { kind: 'user', id })).toBe(mac.toString('base64url', 0, 16))
      },
    ),
  )
})

it('comes from keys that are apart from those of tokens, and from the id that names them', () => {
  const others = [keys.invitations, keys.accounts, keys.hiddenNames, keys.images, keys.imageIds]
  const derived = [...keys.tokens, ...others, keys.voterKeys(''), keys.voterKeys(salt)].map((key) =>
    Buffer.from(key).toString('hex'),
  )
  expect(new Set(derived).size).toBe(derived.length)
  expect(derived.join()).not.toContain(Buffer.from(keys.id, 'base64url').toString('hex'))
})

it('names every secret otherwise', () => {
  const ids = Array.from({ length: 200 }, () => deriveKeys(randomBytes(32).toString('hex')).id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(deriveKeys(secret).id).toBe(keys.id)
})
