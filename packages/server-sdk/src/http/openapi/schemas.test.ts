import type * as models from '@live-poll/client-sdk/protocol'
import { decodeVoteInput, type Issue } from '@live-poll/client-sdk/protocol'
import fc from 'fast-check'
import type Type from 'typebox'
import { Check } from 'typebox/value'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { atLength } from '../../../test/at-length.ts'
import { readPasswordChange, readSignIn, readSignUp } from '../../domain/account-input.ts'
import { readPollEdit } from '../../domain/poll-edit.ts'
import { readPollInput } from '../../domain/poll-input.ts'
import { readVoidInput } from '../../domain/void-input.ts'
import * as inputs from './input-schemas.ts'
import type * as answers from './model-schemas.ts'

/** Both sides as one plain shape: whether an array is `readonly`, and how an interface is put together, is no part of the wire. */
type Plain<T> = T extends readonly (infer I)[]
  ? readonly Plain<I>[]
  : T extends object
    ? { readonly [K in keyof T]: Plain<T[K]> }
    : T
type Of<S extends Type.TSchema> = Plain<Type.Static<S>>

describe('the type of a schema is that of its model', () => {
  it('in what is answered', () => {
    expectTypeOf<Of<typeof answers.poll>>().toEqualTypeOf<Plain<models.Poll>>()
    expectTypeOf<Of<typeof answers.results>>().toEqualTypeOf<Plain<models.Results>>()
    expectTypeOf<Of<typeof answers.choice>>().toEqualTypeOf<Plain<models.Choice>>()
    expectTypeOf<Of<typeof answers.pollImage>>().toEqualTypeOf<Plain<models.PollImage>>()
    expectTypeOf<Of<typeof answers.storedImage>>().toEqualTypeOf<Plain<models.StoredImage>>()
    expectTypeOf<Of<typeof answers.pollPage>>().toEqualTypeOf<Plain<models.PollPage>>()
    expectTypeOf<Of<typeof answers.vote>>().toEqualTypeOf<Plain<models.Vote>>()
    expectTypeOf<Of<typeof answers.voteReceipt>>().toEqualTypeOf<Plain<models.VoteReceipt>>()
    expectTypeOf<Of<typeof answers.voterAdmission>>().toEqualTypeOf<Plain<models.VoterAdmission>>()
    expectTypeOf<Of<typeof answers.namedVoter>>().toEqualTypeOf<Plain<models.NamedVoter>>()
    expectTypeOf<Of<typeof answers.invitation>>().toEqualTypeOf<Plain<models.Invitation>>()
    expectTypeOf<Of<typeof answers.invitationCounts>>().toEqualTypeOf<Plain<models.InvitationCounts>>()
    expectTypeOf<Of<typeof answers.voidOutcome>>().toEqualTypeOf<Plain<models.VoidOutcome>>()
    expectTypeOf<Of<typeof answers.auditEntry>>().toEqualTypeOf<Plain<models.AuditEntry>>()
    expectTypeOf<Of<typeof answers.account>>().toEqualTypeOf<Plain<models.Account>>()
    expectTypeOf<Of<typeof answers.errorBody>>().toEqualTypeOf<Plain<models.ErrorBody>>()
  })

  it('in what is sent', () => {
    expectTypeOf<Of<typeof inputs.pollInput>>().toEqualTypeOf<Plain<models.PollInput>>()
    expectTypeOf<Of<typeof inputs.pollEdit>>().toEqualTypeOf<Plain<models.PollEdit>>()
    expectTypeOf<Of<typeof inputs.choiceInput>>().toEqualTypeOf<Plain<models.ChoiceInput>>()
    expectTypeOf<Of<typeof inputs.imageInput>>().toEqualTypeOf<Plain<models.ImageInput>>()
    expectTypeOf<Of<typeof inputs.voteInput>>().toEqualTypeOf<Plain<models.VoteInput>>()
    expectTypeOf<Of<typeof inputs.admissionInput>>().toEqualTypeOf<Plain<models.AdmissionInput>>()
    expectTypeOf<Of<typeof inputs.voidInput>>().toEqualTypeOf<Plain<models.VoidInput>>()
    expectTypeOf<Of<typeof inputs.signUpInput>>().toEqualTypeOf<Plain<models.SignUpInput>>()
    expectTypeOf<Of<typeof inputs.signInInput>>().toEqualTypeOf<Plain<models.SignInInput>>()
    expectTypeOf<Of<typeof inputs.passwordChange>>().toEqualTypeOf<Plain<models.PasswordChange>>()
  })
})

type Guard = (input: unknown) => { readonly ok: boolean; readonly issues?: readonly Issue[] }

const id = `i_${'a'.repeat(22)}`
const poll = {
  ...{
    question: 'Lunch?',
    image: { id, alt: 'A table' },
    choices: ['Soup', { label: 'Salad', image: { id } }, 'Rice'],
  },
  ...{ ballot: { kind: 'choose', min: 1, max: 2 }, showResults: 'after-vote', minVoters: 5, canChange: false },
  ...{ voters: ['account', 'invitation'], needsCaptcha: true, isPrivate: true, boxes: 4 },
  ...{ opensAt: '2026-12-01T12:00:00Z', closesAt: null },
}
const filter = { voterKeys: ['k'.repeat(22)], choices: [1, 2], acceptedFrom: '2026-12-01T12:00:00.5+01:00' }
const password = 'correct horse battery'

const cases: readonly [name: string, schema: Type.TSchema, guard: Guard, valid: object][] = [
  ['PollInput', inputs.pollInput, readPollInput, poll],
  ['PollEdit', inputs.pollEdit, readPollEdit, { ...poll, choices: [{ id: 2, label: 'Soup' }, 'Salad'] }],
  ['VoteInput', inputs.voteInput, decodeVoteInput, { voteId: 'v-1', choices: [1, 2], revision: 0, epoch: 1 }],
  ['VoidInput', inputs.voidInput, readVoidInput, { filter, reason: 'A trial.', isDryRun: true }],
  ['SignUpInput', inputs.signUpInput, readSignUp, { email: 'ann@example.org', password, name: 'Ann' }],
  ['SignInInput', inputs.signInInput, readSignIn, { email: 'ann@example.org', password }],
  ['PasswordChange', inputs.passwordChange, readPasswordChange, { current: password, next: `${password}!` }],
]

/** What a guard looks at besides the shape: how fields stand to each other, and what a person can see of a text. */
const beyondShape = [
  /^This choice is there already\.$/,
  /^Close after opening\.$/,
  /^Send 1 to [123]\.$/, // of a ballot: as many as there are choices
  /^Send at least min\.$/,
  /^Send a time after acceptedFrom\.$/,
  /^"anyone" stands alone/,
  /^Say in words what the picture shows/,
  /^Send a text\.$/, // of a choice without a label, where there is no picture
  /^Write something/,
  /^Send an e-mail address/,
]

const strange: readonly unknown[] = [
  ...[null, true, -1, 0, 1, 1.5, 65, 201, 40_000, 2_000_000, 2 ** 53, '', 'x', 'always', 'account', 'x'.repeat(600)],
  ...[[], ['x'], ['account'], ['x', 'y'], [1, 1], Array.from({ length: 201 }, (_, index) => index + 1), {}],
  ...[{ x: 1 }, { id }, { label: 'x' }, { id, alt: 'x', width: 1 }, { id, x: 1 }, { min: 1 }],
  ...['2026-12-01', '2026-12-01T12:00:00Z', '2026-02-30T12:00:00Z', { choices: [1] }, { voterKeys: [] }],
]

/** One field, at any depth, replaced or left out; or one added. */
function changesOf(valid: object): object[] {
  return pathsIn(valid).flatMap((path) => [
    changed(valid, path, undefined),
    ...strange.flatMap((value) => [
      changed(valid, path, value),
      changed(valid, [...path.slice(0, -1), 'unknown'], value),
    ]),
  ])
}

describe.each(cases)('%s', (_, schema, guard, valid) => {
  it('is taken by guard and schema', () => {
    expect([guard(valid).ok, Check(schema, valid)]).toEqual([true, true])
  })

  /** The guard refuses what the schema refuses, and nothing else but for what is beyond its shape. */
  function compare(input: object): boolean {
    const outcome = guard(input)
    const isBeyond = ({ message }: Issue) => beyondShape.some((rule) => rule.test(message))
    const fits = Check(schema, input)
    if (fits) expect(outcome.issues?.filter((issue) => !isBeyond(issue)) ?? [], JSON.stringify(input)).toEqual([])
    else expect(outcome.ok, JSON.stringify(input)).toBe(false)
    return fits
  }

  it('is refused by both where one field is not right', () => {
    const fitting = changesOf(valid).map(compare)
    expect(fitting).toContain(true)
    expect(fitting).toContain(false)
  })

  it('is refused by both where several are not', { timeout: 120_000 }, () => {
    const changes = fc.constantFrom(...changesOf(valid))
    const again = changes.chain((once) => {
      const paths = pathsIn(once)
      return fc
        .tuple(fc.constantFrom(...(paths.length > 0 ? paths : [['x']])), fc.constantFrom(...strange))
        .map(([path, value]) => changed(once, path, value))
    })
    fc.assert(
      fc.property(again, (input) => void compare(input)),
      { numRuns: atLength('wrong inputs of two changes', 200, 10_000) },
    )
  })
})

function pathsIn(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, field]) => [[...path, key], ...pathsIn(field, [...path, key])])
}

function changed(value: object, [key = '', ...rest]: readonly string[], to: unknown): object {
  const copy: Record<string, unknown> = Array.isArray(value) ? ([...value] as never) : { ...value }
  if (rest.length > 0) copy[key] = changed(copy[key] as object, rest, to)
  else if (to !== undefined) copy[key] = to
  else if (Array.isArray(copy)) copy.splice(Number(key), 1)
  else delete copy[key]
  return copy
}
