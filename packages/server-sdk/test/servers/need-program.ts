import { describe } from 'vitest'
import { findProgram } from './find-program.ts'

export interface NeededProgram {
  /** As `describe`. Without the program it is skipped, or under CI=true fails. */
  readonly describe: typeof describe.skip
  /** @throws where it is not installed */
  path(): string
}

/** A program without which some tests cannot run. */
export function needProgram(name: string, debianPackage: string): NeededProgram {
  const path = findProgram(name)
  const isSkipped = path === undefined && process.env.CI !== 'true'
  if (isSkipped) console.warn(`Skipping tests that need ${name}. To run them: apt-get install ${debianPackage}`)
  return {
    describe: describe.skipIf(isSkipped),
    path() {
      if (path === undefined) throw new Error(`These tests need ${name}: apt-get install ${debianPackage}`)
      return path
    },
  }
}
