import { isNewer, type Results, stateOrder } from '@live-poll/client-sdk/protocol'
import type { Visibility } from './visibility.ts'

/** A poll's counts at one version, and who may see them. */
export interface Counted {
  readonly results: Results
  readonly visibility: Visibility
}

/** As `isNewer`; at an equal version and state, one that says that enough have voted supersedes one that does not yet. */
export function isNewerSnapshot(next: Counted, current: Counted): boolean {
  if (isNewer(next.results, current.results)) return true
  return next.visibility.isRevealed && !current.visibility.isRevealed && !isNewer(current.results, next.results)
}

/** The same order as numbers: of two that differ, the newer one has the larger at the first place where they do. */
export function orderOf({ results, visibility }: Counted): readonly [number, number, number, number] {
  return [results.epoch, results.version, stateOrder[results.state], visibility.isRevealed ? 1 : 0]
}

/** `next`, revealed if `current` of the same edition was: a reading may have begun before that was written down. */
export function latched<T extends Counted>(next: T, current: Counted | undefined): T {
  const isLater = current?.visibility.isRevealed && !next.visibility.isRevealed
  if (!isLater || current.results.epoch !== next.results.epoch || current.results.edition !== next.results.edition) {
    return next
  }
  return { ...next, visibility: { ...next.visibility, isRevealed: true } }
}

/** Whether nothing has changed of what every watcher is told, whatever they may see. Votes never change it. */
export function isSameFace(one: Counted, other: Counted): boolean {
  return (
    one.results.epoch === other.results.epoch &&
    one.results.state === other.results.state &&
    one.results.edition === other.results.edition
  )
}

/** Whether everyone who may see results still may, and nobody else. Votes change it, where `minVoters` is reached. */
export function isSameAudience(one: Counted, other: Counted): boolean {
  return (
    isSameFace(one, other) &&
    one.visibility.showResults === other.visibility.showResults &&
    one.visibility.isRevealed === other.visibility.isRevealed &&
    one.visibility.isPrivate === other.visibility.isPrivate
  )
}
