import { limits } from '@live-poll/client-sdk/protocol'
import Type from 'typebox'
import { accountLimits } from '../../domain/account-input.ts'
import { choiceId, showResults, voidFilter, voteId, voterRule } from './model-schemas.ts'

/*
 * What is sent, as JSON Schema. The server checks it by hand, since it says in words what to do about each field;
 * `schemas.test.ts` holds those guards and these schemas to the same inputs. Spaces around a text do not count to its length.
 */

/** An organizer's field that is not known is refused: a misspelt rule must not pass in silence. */
const exactly = { additionalProperties: false } as const
const text = (maxLength: number) => Type.String({ minLength: 1, maxLength })
const counter = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const time = Type.Union([Type.String({ format: 'date-time' }), Type.Null()])
const ballotCount = Type.Optional(Type.Integer({ minimum: 1, maximum: limits.maxChoices, default: 1 }))

export const imageInput = Type.Object(
  {
    id: Type.String({ pattern: '^i_[\\w-]{22}$', description: 'What its upload was answered.' }),
    alt: Type.Optional(Type.String({ maxLength: limits.altLength, default: '' })),
  },
  // What a poll says of its pictures may be sent back, and is passed over.
  { title: 'ImageInput', propertyNames: { enum: ['id', 'alt', 'width', 'height', 'placeholder', 'key'] } },
)
const imageOrNull = Type.Optional(Type.Union([imageInput, Type.Null()]))

const choiceFields = {
  label: Type.Optional(
    Type.String({ maxLength: limits.labelLength, description: 'One with a picture that has an `alt` needs none.' }),
  ),
  image: imageOrNull,
}
export const choiceInput = Type.Object(choiceFields, { title: 'ChoiceInput', ...exactly })
const choiceEdit = Type.Object({ ...choiceFields, id: Type.Optional(choiceId) }, { title: 'ChoiceEdit', ...exactly })
const choicesOf = <T extends Type.TSchema>(choice: T) =>
  Type.Array(Type.Union([text(limits.labelLength), choice]), {
    minItems: limits.minChoices,
    maxItems: limits.maxChoices,
  })

const rules = {
  image: imageOrNull,
  ballot: Type.Optional(
    Type.Object({ kind: Type.Optional(Type.Literal('choose')), min: ballotCount, max: ballotCount }, exactly),
  ),
  showResults: Type.Optional(showResults),
  minVoters: Type.Optional(
    Type.Union([Type.Integer({ minimum: 1, maximum: limits.maxMinVoters }), Type.Null()], {
      description: 'Results are hidden until this many have voted.',
    }),
  ),
  canChange: Type.Optional(Type.Boolean()),
  voters: Type.Optional(Type.Union([voterRule, Type.Array(voterRule, { minItems: 1 })])),
  needsCaptcha: Type.Optional(Type.Boolean()),
  isPrivate: Type.Optional(Type.Boolean()),
  opensAt: Type.Optional(time),
  closesAt: Type.Optional(time),
  boxes: Type.Optional(Type.Integer({ minimum: 1, maximum: limits.maxBoxes })),
}

export const pollInput = Type.Object(
  { question: text(limits.questionLength), choices: choicesOf(choiceInput), ...rules },
  { title: 'PollInput', ...exactly },
)

export const pollEdit = Type.Object(
  {
    question: Type.Optional(text(limits.questionLength)),
    choices: Type.Optional(choicesOf(choiceEdit)),
    ...rules,
  },
  { title: 'PollEdit', description: 'What is left out stays.', ...exactly },
)

export const resetInput = Type.Object(
  { epoch: Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 }) },
  { title: 'ResetInput', ...exactly },
)

/** Unknown fields are passed over: versions meet during a deploy. */
export const voteInput = Type.Object(
  {
    voteId,
    choices: Type.Array(Type.Integer({ minimum: 1, maximum: 0x7fff }), {
      maxItems: limits.maxChoices,
      uniqueItems: true,
    }),
    revision: Type.Optional(counter),
    epoch: Type.Optional(counter),
  },
  { title: 'VoteInput' },
)

export const admissionInput = Type.Object(
  {
    invitation: Type.Optional(Type.String()),
    captcha: Type.Optional(Type.String({ maxLength: limits.captchaLength })),
    isKnown: Type.Optional(Type.Boolean()),
  },
  { title: 'AdmissionInput' },
)

export const votersInput = Type.Object(
  { voters: Type.Array(text(limits.voterLength), { minItems: 1, maxItems: limits.namedVoters }) },
  { title: 'VotersInput', ...exactly },
)

export const relayInput = Type.Object({ relay: Type.Literal(true) }, { title: 'RelayInput', ...exactly })

export const invitationsInput = Type.Object(
  { count: Type.Integer({ minimum: 1, maximum: limits.invitations }) },
  { title: 'InvitationsInput', ...exactly },
)

export const voidInput = Type.Object(
  { filter: voidFilter, reason: text(limits.reasonLength), isDryRun: Type.Optional(Type.Boolean()) },
  { title: 'VoidInput', ...exactly },
)

const { emailLength, nameLength, minPasswordLength, maxPasswordLength } = accountLimits
const email = Type.String({ maxLength: emailLength })
const anyPassword = Type.String({ maxLength: maxPasswordLength })
const newPassword = Type.String({ minLength: minPasswordLength, maxLength: maxPasswordLength })

export const signUpInput = Type.Object(
  { email, password: newPassword, name: text(nameLength) },
  { title: 'SignUpInput', ...exactly },
)
export const signInInput = Type.Object({ email, password: anyPassword }, { title: 'SignInInput', ...exactly })
export const passwordChange = Type.Object(
  { current: anyPassword, next: newPassword },
  { title: 'PasswordChange', ...exactly },
)
