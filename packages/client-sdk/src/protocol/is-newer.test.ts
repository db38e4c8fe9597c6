import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isNewer, type Snapshot } from './is-newer.ts'

const snapshot: fc.Arbitrary<Snapshot> = fc.record({
  epoch: fc.nat(2),
  version: fc.nat(3),
  state: fc.constantFrom('scheduled', 'open', 'closed'),
})

it.each([
  ['a later epoch, whatever the version', [2, 0, 'scheduled'], [1, 9, 'closed'], true],
  ['a later version', [1, 3, 'open'], [1, 2, 'open'], true],
  ['the same again', [1, 2, 'open'], [1, 2, 'open'], false],
  ['a poll that time has opened', [1, 0, 'open'], [1, 0, 'scheduled'], true],
  ['a state that would go back', [1, 2, 'open'], [1, 2, 'closed'], false],
] as const)('judges %s', (_, [epoch, version, state], [heldEpoch, heldVersion, heldState], newer) => {
  const held = { epoch: heldEpoch, version: heldVersion, state: heldState }
  expect(isNewer({ epoch, version, state }, held)).toBe(newer)
})

it('orders snapshots: of two that differ exactly one is newer, and newer than newer is newer', () => {
  fc.assert(
    fc.property(snapshot, snapshot, snapshot, (a, b, c) => {
      const areSame = a.epoch === b.epoch && a.version === b.version && a.state === b.state
      expect(Number(isNewer(a, b)) + Number(isNewer(b, a))).toBe(areSame ? 0 : 1)
      if (isNewer(a, b) && isNewer(b, c)) expect(isNewer(a, c)).toBe(true)
    }),
  )
})
