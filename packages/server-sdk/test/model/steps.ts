import fc from 'fast-check'

/** One thing that happens in the life of a poll. */
export type Step =
  | { readonly do: 'cast'; readonly client: number; readonly picks: readonly number[] }
  | { readonly do: 'castTogether'; readonly pick: number }
  | { readonly do: 'retract'; readonly client: number }
  /** A vote frame of earlier comes again, unchanged or with another ballot under the same vote id. */
  | { readonly do: 'resend'; readonly index: number; readonly isAltered: boolean }
  | { readonly do: 'watchAnew'; readonly client: number }
  | {
      readonly do: 'choices'
      readonly word: string
      readonly change: (ids: readonly number[], lastId: number) => readonly number[]
    }
  | { readonly do: 'canChange'; readonly value: boolean }
  | { readonly do: 'boxes'; readonly boxes: number }
  | { readonly do: 'close' }
  /** Of the present epoch, or a repeat of an earlier one's. */
  | { readonly do: 'reset'; readonly back: number }

const changes = {
  add: (ids: readonly number[], lastId: number) => [...ids, lastId + 1],
  reverse: (ids: readonly number[]) => ids.toReversed(),
  removeFirst: (ids: readonly number[]) => ids.slice(1),
  relabel: (ids: readonly number[]) => ids,
}

const client = fc.nat(3)
const is = <const T>(value: T) => fc.constant(value)

const cast = fc.record({ do: is('cast'), client, picks: fc.array(fc.nat(9), { minLength: 1, maxLength: 2 }) })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: cast },
  { weight: 2, arbitrary: fc.record({ do: is('castTogether'), pick: fc.nat(1) }) },
  { weight: 3, arbitrary: fc.record({ do: is('retract'), client }) },
  { weight: 4, arbitrary: fc.record({ do: is('resend'), index: fc.nat(), isAltered: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: is('watchAnew'), client }) },
  {
    weight: 3,
    arbitrary: fc
      .record({ name: fc.constantFrom('add', 'reverse', 'removeFirst', 'relabel'), word: fc.constantFrom('A', 'B') })
      .map(({ name, word }): Step => ({ do: 'choices', word, change: changes[name] })),
  },
  { weight: 1, arbitrary: fc.record({ do: is('canChange'), value: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: is('boxes'), boxes: fc.constantFrom(1, 4, 16) }) },
  { weight: 1, arbitrary: fc.record({ do: is('close') }) },
  { weight: 1, arbitrary: fc.record({ do: is('reset'), back: fc.nat(1) }) },
)

export const steps: fc.Arbitrary<readonly Step[]> = fc.array(step, { minLength: 1, maxLength: 16 })
