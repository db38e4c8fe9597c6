import { limits } from '@live-poll/client-sdk/protocol'
import { describe, expect, it } from 'vitest'
import { invitationIdOf } from '../identity/invitation-code.ts'
import { createTokens, type VoterPass } from '../identity/tokens.ts'
import type { PlainCounterName } from '../ports/metrics.ts'
import { type AdmissionRequest, createAdmitVoter } from './admit-voter.ts'

const tokens = createTokens([new Uint8Array(32)], { voterToken: 3_600_000, session: 600_000, ticket: 60_000 })
const page = 'https://www.example.org'
const code = '01K0-9QX1-W2RT-B6VA-H4CE'
const id = invitationIdOf(code) as string

const phone: VoterPass = { voter: { kind: 'device', id: 'phone' } }
const signedIn: VoterPass = { voter: { kind: 'user', id: 'ada' }, session: 's1' }
const named: VoterPass = { voter: { kind: 'user', id: 'user-17' } }
const guest: VoterPass = { voter: { kind: 'invitation', id: 'other' } }

interface Setup {
  readonly hasCaptcha?: boolean
  /** Devices that a network may become. */
  readonly burst?: number
}

function createSetup({ hasCaptcha = true, burst = 9 }: Setup = {}) {
  const counted: PlainCounterName[] = []
  const taken: string[] = []
  const checked: string[] = []
  const admitVoter = createAdmitVoter({
    tokens,
    invitations: { isKnown: async (asked) => asked === id },
    checkCaptcha: hasCaptcha
      ? async (answer) => {
          checked.push(answer)
          return answer === 'solved'
        }
      : undefined,
    newDevices: { take: async (name) => (taken.push(name) > burst ? 1234 : 0) },
    metrics: { count: (name) => counted.push(name) },
  })
  /** @returns the answer, and what its token and ticket say */
  async function admit(input: AdmissionRequest['input'], pass?: VoterPass, origin: string | null = page) {
    const answer = await admitVoter.admit({ pass, origin, network: 'n', input })
    return { answer, pass: tokens.readVoterToken(answer.token), ticket: tokens.readTicket(answer.ticket, origin) }
  }
  return { admit, admitVoter, counted, taken, checked }
}

const codeOf = (admitting: Promise<unknown>) =>
  admitting.then(
    () => 'admitted',
    (error) => error.code,
  )

describe('who is known', () => {
  it.each([phone, signedIn, named, guest, { ...signedIn, invitation: id }, { ...phone, isHuman: true }])(
    'is admitted as they are: %j',
    async (pass) => {
      const { admit, taken, counted } = createSetup({ burst: 0 })
      for (const input of [{}, { isKnown: true }, { isKnown: false }, { unknown: 1 }]) {
        const admitted = await admit(input, pass)
        expect(admitted.pass).toEqual(pass)
        expect(admitted.ticket).toEqual({ kind: 'voter', ...pass })
        expect(admitted.answer).toMatchObject({
          ...{ voterId: pass.voter.id, kind: pass.voter.kind, isSession: 'session' in pass },
        })
      }
      expect([taken, counted], 'and is no new device').toEqual([[], []])
    },
  )

  it('is told when token and ticket end', async () => {
    const { answer } = await createSetup().admit({}, signedIn)
    const left = (time: string) => Date.parse(time) - Date.now()
    expect(left(answer.expiresAt)).toBeGreaterThan(500_000)
    expect(left(answer.expiresAt)).toBeLessThanOrEqual(600_000)
    expect(left(answer.ticketExpiresAt)).toBeLessThanOrEqual(60_000)
  })

  it('gets a ticket for the page that asked', async () => {
    const { admitVoter } = createSetup()
    const ticketFor = async (origin: string | null) =>
      (await admitVoter.admit({ pass: phone, origin, network: 'n', input: {} })).ticket
    expect(tokens.readTicket(await ticketFor(page), 'https://elsewhere.example')).toBeUndefined()
    expect(tokens.readTicket(await ticketFor(null), 'https://elsewhere.example')).toBeDefined()
  })
})

describe('who is not known', () => {
  it('is a new device each time, under the limit of their network', async () => {
    const { admit, taken, counted } = createSetup({ burst: 2 })
    const [one, other] = [await admit({}), await admit({})]
    expect(one.answer).toMatchObject({ kind: 'device', isSession: false })
    expect(one.pass).toEqual({ voter: { kind: 'device', id: expect.stringMatching(/^[\w-]{22}$/) } })
    expect(one.pass?.voter.id).not.toBe(other.pass?.voter.id)
    await expect(admit({})).rejects.toMatchObject({ code: 'RATE_LIMITED', details: { retryAfter: 1234 } })
    expect(taken).toEqual(['n', 'n', 'n'])
    expect(counted).toEqual([
      ...['live_poll_new_devices_total', 'live_poll_new_devices_total', 'live_poll_new_devices_refused_total'],
    ])
  })

  it('is nobody where only who is known is asked for', async () => {
    const { admit, taken } = createSetup()
    expect(await codeOf(admit({ isKnown: true }))).toBe('UNAUTHENTICATED')
    expect(taken).toEqual([])
  })
})

describe('an invitation', () => {
  it('is who a visitor is, whatever device they were, and no new device', async () => {
    for (const pass of [undefined, phone, guest]) {
      const { admit, taken } = createSetup()
      const admitted = await admit({ invitation: code, isKnown: true }, pass)
      expect(admitted.pass).toEqual({ voter: { kind: 'invitation', id } })
      expect(admitted.answer).toMatchObject({ voterId: id, kind: 'invitation', isSession: false })
      expect(taken).toEqual([])
    }
  })

  it('is brought along by a user, who stays who they are', async () => {
    for (const pass of [signedIn, named, { ...signedIn, invitation: 'another' }]) {
      const admitted = await createSetup().admit({ invitation: code }, pass)
      expect(admitted.pass).toEqual({ ...pass, invitation: id })
      expect(admitted.answer).toMatchObject({ kind: 'user', isSession: 'session' in pass })
    }
  })

  it('is read as it was meant', async () => {
    const { pass } = await createSetup().admit({ invitation: ` ${code.toLowerCase().replaceAll('-', ' ')}\n` })
    expect(pass?.voter.id).toBe(id)
  })

  it.each([
    ['', 'INVITATION_INVALID'],
    ['not a code', 'INVITATION_INVALID'],
    ['01K0-9QX1-W2RT-B6VA-H4CF', 'INVITATION_INVALID'],
    [`${' '.repeat(limits.invitationLength)}${code}`, 'INVITATION_INVALID'],
    [null, 'INVALID'],
    [7, 'INVALID'],
    [[code], 'INVALID'],
  ])('that is none lets nobody in, not even as who they were: %j', async (invitation, refusal) => {
    for (const pass of [undefined, phone, signedIn]) {
      const { admit, taken } = createSetup()
      expect(await codeOf(admit({ invitation }, pass))).toBe(refusal)
      expect(taken).toEqual([])
    }
  })
})

describe('a captcha', () => {
  it('that is solved is said by token and ticket, of whoever solved it', async () => {
    for (const pass of [undefined, phone, signedIn]) {
      const admitted = await createSetup().admit({ captcha: 'solved' }, pass)
      expect(admitted.pass).toMatchObject({ ...pass, isHuman: true })
      expect(admitted.ticket).toMatchObject({ isHuman: true })
    }
  })

  it('that is not solved lets nobody in, and makes no device', async () => {
    for (const pass of [undefined, phone, signedIn]) {
      const { admit, taken } = createSetup()
      expect(await codeOf(admit({ captcha: 'wrong' }, pass))).toBe('CAPTCHA_FAILED')
      expect(await codeOf(admit({ captcha: '' }, pass))).toBe('CAPTCHA_FAILED')
      expect(taken).toEqual([])
    }
  })

  it('is not asked of anyone, and stays solved', async () => {
    const { admit, checked } = createSetup()
    expect((await admit({}, { ...phone, isHuman: true })).pass?.isHuman).toBe(true)
    expect((await admit({})).pass?.isHuman).toBeUndefined()
    expect(checked).toEqual([])
  })

  it.each([7, null, {}, 'x'.repeat(limits.captchaLength + 1)])('that is no answer is INVALID', async (captcha) => {
    const { admit, checked } = createSetup()
    await expect(admit({ captcha })).rejects.toMatchObject({
      code: 'INVALID',
      details: { issues: [{ path: 'captcha' }] },
    })
    expect(checked).toEqual([])
  })

  it('is passed over, and proves nothing, where the server has none', async () => {
    const { admit } = createSetup({ hasCaptcha: false })
    for (const captcha of ['solved', 7]) expect((await admit({ captcha }, phone)).pass).toEqual(phone)
  })
})

it.each([1, 'true', null])('isKnown is true or false, not %j', async (isKnown) => {
  expect(await codeOf(createSetup().admit({ isKnown }, phone))).toBe('INVALID')
})

describe('the host’s own', () => {
  it('voters are who it names, of no session and for any page', () => {
    const { voters } = createSetup({ burst: 0 }).admitVoter.named(['user-17', 'ada'])
    expect(voters.map((voter) => voter.id)).toEqual(['user-17', 'ada'])
    const [voter] = voters
    expect(tokens.readVoterToken(voter?.token ?? '')).toEqual(named)
    expect(tokens.readTicket(voter?.ticket ?? '', page)).toEqual({ kind: 'voter', ...named })
  })

  it('relay has a ticket, for any page', () => {
    const { ticket } = createSetup().admitVoter.relay()
    expect(tokens.readTicket(ticket, page)).toEqual({ kind: 'relay' })
  })

  it.each([[[]], ['ada'], [undefined], [['ada', '']], [['a\nb']], [Array(limits.namedVoters + 1).fill('ada')]])(
    'list of voters is refused where it cannot be one',
    (ids) => {
      expect(() => createSetup().admitVoter.named(ids)).toThrow(expect.objectContaining({ code: 'INVALID' }))
    },
  )
})
