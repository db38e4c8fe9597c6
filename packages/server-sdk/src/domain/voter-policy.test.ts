import type { ErrorCode, VoterRule } from '@live-poll/client-sdk/protocol'
import { describe, expect, it } from 'vitest'
import type { Admitted } from './voter.ts'
import { enter } from './voter-policy.ts'

const device = { kind: 'device', id: 'phone' } as const
const user = { kind: 'user', id: 'ada' } as const
const guest = { kind: 'invitation', id: 'inv' } as const

/** Who comes, and with what. */
const comers = {
  device: { voter: device },
  'device, captcha': { voter: device, isHuman: true },
  'device, invitation': { voter: device, invitation: 'inv' },
  user: { voter: user },
  'user, captcha': { voter: user, isHuman: true },
  'user, invitation': { voter: user, invitation: 'inv' },
  guest: { voter: guest },
  'guest, captcha': { voter: guest, isHuman: true },
} as const satisfies Record<string, Admitted>

type Comer = keyof typeof comers
/** Whose ballot it is and what it uses up, or why there is none. */
type Answer = 'device' | 'user' | 'user with inv' | 'inv with inv' | ErrorCode

type Line = [voters: readonly VoterRule[], needsCaptcha: boolean, Readonly<Record<Comer, Answer>>]

const table: Line[] = [
  [
    ['anyone'],
    false,
    {
      device: 'device',
      'device, captcha': 'device',
      'device, invitation': 'device',
      user: 'user',
      'user, captcha': 'user',
      'user, invitation': 'user',
      guest: 'INVITATION_INVALID',
      'guest, captcha': 'INVITATION_INVALID',
    },
  ],
  [
    ['anyone'],
    true,
    {
      device: 'CAPTCHA_FAILED',
      'device, captcha': 'device',
      'device, invitation': 'CAPTCHA_FAILED',
      user: 'user',
      'user, captcha': 'user',
      'user, invitation': 'user',
      guest: 'INVITATION_INVALID',
      'guest, captcha': 'INVITATION_INVALID',
    },
  ],
  ...([true, false] as const).map((needsCaptcha): Line => {
    const answers: Readonly<Record<Comer, Answer>> = {
      device: 'UNAUTHENTICATED',
      'device, captcha': 'UNAUTHENTICATED',
      'device, invitation': 'UNAUTHENTICATED',
      user: 'user',
      'user, captcha': 'user',
      'user, invitation': 'user',
      guest: 'UNAUTHENTICATED',
      'guest, captcha': 'UNAUTHENTICATED',
    }
    return [['account'], needsCaptcha, answers]
  }),
  ...([true, false] as const).map((needsCaptcha): Line => {
    const answers: Readonly<Record<Comer, Answer>> = {
      device: 'INVITATION_INVALID',
      'device, captcha': 'INVITATION_INVALID',
      'device, invitation': 'inv with inv',
      user: 'INVITATION_INVALID',
      'user, captcha': 'INVITATION_INVALID',
      'user, invitation': 'inv with inv',
      guest: 'inv with inv',
      'guest, captcha': 'inv with inv',
    }
    return [['invitation'], needsCaptcha, answers]
  }),
  ...([true, false] as const).map((needsCaptcha): Line => {
    const answers: Readonly<Record<Comer, Answer>> = {
      device: 'UNAUTHENTICATED',
      'device, captcha': 'UNAUTHENTICATED',
      'device, invitation': 'UNAUTHENTICATED',
      user: 'INVITATION_INVALID',
      'user, captcha': 'INVITATION_INVALID',
      'user, invitation': 'user with inv',
      guest: 'UNAUTHENTICATED',
      'guest, captcha': 'UNAUTHENTICATED',
    }
    return [['account', 'invitation'], needsCaptcha, answers]
  }),
]

const ballots = {
  device: { voter: device, invitation: undefined },
  user: { voter: user, invitation: undefined },
  'user with inv': { voter: user, invitation: 'inv' },
  'inv with inv': { voter: guest, invitation: 'inv' },
} as const

describe.each(table)('a poll for %j, captcha: %s', (voters, needsCaptcha, answers) => {
  it.each(Object.entries(answers) as [Comer, Answer][])('has for %s: %s', (comer, answer) => {
    const entry = enter({ voters, needsCaptcha }, comers[comer])
    if (answer in ballots) {
      expect(entry).toEqual({ ok: true, ...ballots[answer as keyof typeof ballots] })
    } else {
      expect(entry).toEqual({ ok: false, code: answer, message: expect.stringMatching(/^[A-Z].+\.$/) })
    }
  })
})

it('gives one invitation one ballot, whoever shows it', () => {
  const policy = { voters: ['invitation'], needsCaptcha: false } as const
  const entries = (['device, invitation', 'user, invitation', 'guest'] as const).map((comer) =>
    enter(policy, comers[comer]),
  )
  expect(new Set(entries.map((entry) => JSON.stringify(entry))).size).toBe(1)
})
